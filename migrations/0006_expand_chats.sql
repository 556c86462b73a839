-- Conversations between two people about an assigned request, over the two conversations with the bot.

create table chat (
    request_id uuid primary key references service_request (id) on delete cascade,
    customer_contact uuid not null references contact (id),
    provider_contact uuid not null references contact (id),
    started_at timestamptz not null,
    last_relay_at timestamptz not null,
    ended_at timestamptz,
    -- In whose turn it ended: what the other one wrote before that still goes over.
    ended_by uuid references contact (id)
);
create index chat_customer on chat (customer_contact);
create index chat_provider on chat (provider_contact);
create index chat_idle on chat (last_relay_at) where ended_at is null;

-- Each phone is in one active chat at most.
create table chat_member (
    contact_id uuid primary key references contact (id),
    request_id uuid not null references chat (request_id) on delete cascade
);
create index chat_member_request on chat_member (request_id);

-- Who found the other one busy, and is told when that ends.
create table chat_wait (
    busy_contact uuid not null references contact (id),
    waiting_contact uuid not null references contact (id),
    request_id uuid not null references service_request (id) on delete cascade,
    primary key (busy_contact, request_id)
);

create table chat_message (
    id bigint generated always as identity primary key,
    request_id uuid not null references service_request (id) on delete cascade,
    sender_contact uuid not null references contact (id),
    kind text not null,
    content text not null default '',
    -- The sender's own message.
    inbound_wamid text not null,
    created_at timestamptz not null default now()
);
create index chat_message_request on chat_message (request_id, id);
create index chat_message_inbound on chat_message (inbound_wamid);
create index chat_message_age on chat_message (created_at);
