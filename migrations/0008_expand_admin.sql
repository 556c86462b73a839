-- Who looks on, what is switched, and who did what.

create table feature_flag (
    name text primary key,
    enabled boolean not null,
    -- Of users, by a stable hash of flag and user; those in `allowed` have it in any case while it is enabled.
    percentage smallint not null default 100 check (percentage between 0 and 100),
    allowed uuid[] not null default '{}',
    updated_at timestamptz not null default now(),
    updated_by text not null
);
insert into feature_flag (name, enabled, updated_by) values
    ('notify_me', true, 'default'),
    ('media_relay', true, 'default'),
    ('templates', true, 'default'),
    ('provider_registration', true, 'default');

create table audit (
    id bigint generated always as identity primary key,
    actor text not null,
    action text not null,
    subject text not null,
    before jsonb,
    after jsonb,
    created_at timestamptz not null default now()
);
create index audit_newest on audit (created_at desc);

create table admin_user (
    username text primary key,
    -- argon2id, in PHC string form.
    password_hash text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table login_failure (
    -- `user:<name>` or `ip:<address>`.
    subject text not null,
    at timestamptz not null default now()
);
create index login_failure_subject on login_failure (subject, at);

-- For internal services; the key itself is shown once and never stored.
create table api_key (
    id uuid primary key,
    name text not null unique,
    key_sha256 bytea not null unique,
    created_by text not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz
);
