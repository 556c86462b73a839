-- Who is logged in at the dashboard, and what the daily clean-up searches by.

create table admin_session (
    -- The cookie itself is never stored.
    id_sha256 bytea primary key,
    username text not null references admin_user (username) on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index admin_session_expires on admin_session (expires_at);

create index login_failure_at on login_failure (at);
create index message_status_accepted on message_status (accepted_at);
create index dead_letter_created on dead_letter (created_at);
create index service_request_ended on service_request (coalesce(completed_at, updated_at))
    where status in ('completed', 'cancelled');
create index notify_me_expires on notify_me (expires_at);

-- How names and texts are searched: without case and accents.
create function folded(text) returns text
    language sql immutable strict parallel safe
    return lower(regexp_replace(normalize($1, nfd), U&'[\0300-\036F]', '', 'g'));
