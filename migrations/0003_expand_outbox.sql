-- What goes out, as it will be sent: a revision that comes later need not know how it was made.

create table outbox (
    id bigint generated always as identity primary key,
    lane text not null,
    contact_id uuid not null references contact (id),
    -- The message that it answers, and its place among the answers.
    inbox_id bigint references inbox (id) on delete set null,
    kind text not null,
    payload jsonb not null,
    request_id text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    state text not null default 'pending' check (state in ('pending', 'accepted', 'failed')),
    -- How it ended: sent to Meta, kept back for a smoke test, or why it was given up.
    outcome text check (outcome in ('sent', 'smoke', 'permanent', 'expired')),
    attempts integer not null default 0,
    attempt_at timestamptz not null default now(),
    -- Who sends it right now, and until when nobody else may.
    claim uuid,
    claimed_until timestamptz,
    ended_at timestamptz,
    wamid text,
    error_code bigint,
    error_title text,
    delivery text check (delivery in ('sent', 'failed', 'delivered', 'read')),
    delivery_at timestamptz
);
create index outbox_pending on outbox (contact_id, id) where state = 'pending';
create index outbox_pending_due on outbox (lane, attempt_at, id) where state = 'pending';
create index outbox_wamid on outbox (wamid) where wamid is not null;
create index outbox_inbox on outbox (inbox_id);

-- The pace of all replicas and revisions together.
create table send_bucket (
    id integer primary key check (id = 1),
    tokens double precision not null,
    refilled_at timestamptz not null,
    paused_until timestamptz not null default '-infinity'
);
insert into send_bucket (id, tokens, refilled_at) values (1, 0, now());

-- What was given up, for people to look at.
create table dead_letter (
    id bigint generated always as identity primary key,
    source text not null check (source in ('inbox', 'outbox')),
    source_id bigint not null,
    lane text not null,
    reason text not null,
    code bigint,
    request_id text not null,
    created_at timestamptz not null default now(),
    unique (source, source_id)
);
