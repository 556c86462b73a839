-- People, the ids they are known by, and where the conversation with each of them stands.
-- `lane` is `live`, or the name of a revision whose smoke test the row belongs to.

create table contact (
    id uuid primary key,
    lane text not null,
    whatsapp_name text,
    -- Set once two contacts turned out to be one person; what is left here belongs to the other.
    merged_into uuid references contact (id),
    created_at timestamptz not null default now()
);

-- Phones and business-scoped user ids. A person may have several of each over time.
create table contact_alias (
    lane text not null,
    kind text not null check (kind in ('phone', 'bsuid')),
    value text not null,
    -- Checked at commit: one statement claims the alias before it knows whether it makes the contact.
    contact_id uuid not null references contact (id) deferrable initially deferred,
    created_at timestamptz not null default now(),
    primary key (lane, kind, value)
);
create index contact_alias_contact on contact_alias (contact_id);

-- Registered people. The name is the one they gave, not the one of their profile.
create table users (
    id uuid primary key,
    contact_id uuid not null unique references contact (id),
    name text not null,
    role text not null default 'customer' check (role in ('customer', 'provider')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- One row a contact; who works on the contact's messages holds its lock.
create table conversation (
    contact_id uuid primary key references contact (id) deferrable initially deferred,
    lane text not null,
    -- Null is a conversation that has not begun or has expired.
    state jsonb,
    expires_at timestamptz,
    -- How the person is answered: the ids seen last.
    phone text,
    bsuid text,
    -- Not before this time, after a message of it failed.
    retry_at timestamptz not null default '-infinity',
    updated_at timestamptz not null default now()
);
create index conversation_open on conversation (expires_at) where state is not null;
