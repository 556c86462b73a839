-- Notices to conversations, now or later; sending when a person's 24-hour window is closed; files.

-- What becomes a notice in a conversation's inbox once it is due.
create table timer (
    id bigint generated always as identity primary key,
    lane text not null,
    contact_id uuid not null references contact (id),
    notice jsonb not null,
    request_id text not null,
    due_at timestamptz not null
);
create index timer_due on timer (due_at);
create index timer_contact on timer (contact_id);

-- When the person last wrote: Meta takes free-form messages for 24 hours from then.
alter table conversation add column last_inbound_at timestamptz;

-- For people to search; the raw message stays as it came.
alter table inbox add column body text not null default '';

alter table outbox
    add column body text not null default '',
    -- Sent instead when the window is closed; without one the message is held until the person writes.
    add column template jsonb,
    -- The inbound file to fetch and upload before sending: {"id", "kind", ...}.
    add column media jsonb,
    -- The file's new id, once it is uploaded.
    add column media_id text,
    -- Who hears of it when the message can't be delivered: {"contact", "notice"}.
    add column on_failure jsonb,
    -- The relayed message that this is a copy of.
    add column chat_message_id bigint references chat_message (id) on delete set null,
    -- Whether it is the copy proper of that message, which quotes and reactions point at.
    add column is_copy boolean not null default false,
    -- Meta said that the window is closed for it, whatever our own record says.
    add column window_closed boolean not null default false,
    -- Whether the template went out instead of the message.
    add column is_template boolean not null default false,
    -- The person's own earlier message that this quotes or reacts to stands in the payload.
    add column held_at timestamptz,
    drop constraint outbox_state_check,
    add constraint outbox_state_check check (state in ('pending', 'held', 'accepted', 'failed'));
create index outbox_held on outbox (contact_id, id) where state = 'held';
create index outbox_chat_message on outbox (chat_message_id) where chat_message_id is not null;
create index outbox_created on outbox (created_at);
create index inbox_accepted on inbox (accepted_at);
