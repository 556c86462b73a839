-- What came by webhook. Rows stay after they are worked: they remember which ids were seen.

-- Each batch takes one value and numbers its rows from it, so that the order of a POST is kept
-- whatever order rows are inserted in.
create sequence inbox_batch increment by 1000000 minvalue 1000000;

create table inbox (
    id bigint primary key,
    wamid text not null unique,
    lane text not null,
    contact_id uuid not null references contact (id) deferrable initially deferred,
    kind text not null,
    phone text,
    bsuid text,
    profile_name text,
    -- Bytes: JSON allows characters that a text column does not.
    raw bytea not null,
    request_id text not null,
    sent_at timestamptz,
    accepted_at timestamptz not null default now(),
    attempts integer not null default 0,
    error text,
    worked_at timestamptz,
    dead_at timestamptz
);
create index inbox_pending on inbox (contact_id, id) where worked_at is null and dead_at is null;
create index inbox_pending_lane on inbox (lane, id) where worked_at is null and dead_at is null;

-- What Meta tells about messages of ours. It may come before we know the id.
create table message_status (
    wamid text not null,
    status text not null,
    happened_at timestamptz,
    error_code bigint,
    error_title text,
    request_id text not null,
    accepted_at timestamptz not null default now(),
    attempts integer not null default 0,
    attempt_at timestamptz not null default now(),
    applied_at timestamptz,
    primary key (wamid, status)
);
create index message_status_pending on message_status (attempt_at) where applied_at is null;
