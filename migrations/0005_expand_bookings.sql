-- What is booked, by whom and with whom. Ratings outlive the request they belong to.

alter table users
    add column status text not null default 'active' check (status in ('active', 'blocked', 'erased')),
    -- As a customer: mean of the stars received, in hundredths; null until there is one.
    add column rating_hundredths integer check (rating_hundredths between 100 and 500),
    add column rating_count integer not null default 0;

-- At most one a user. Who has one is a provider and can book like any customer.
create table provider_profile (
    id uuid primary key,
    user_id uuid not null unique references users (id),
    lane text not null,
    display_name text not null,
    service_types text[] not null check (cardinality(service_types) > 0),
    bio text not null,
    is_online boolean not null default false,
    -- The admin's switch.
    enabled boolean not null default true,
    rating_hundredths integer check (rating_hundredths between 100 and 500),
    rating_count integer not null default 0,
    total_jobs integer not null default 0,
    last_seen_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index provider_profile_visible on provider_profile using gin (service_types) where is_online and enabled;

create table service_request (
    id uuid primary key,
    customer_id uuid not null references users (id),
    service_type text not null,
    status text not null check (status in ('created', 'searching', 'provider_assigned', 'completed', 'cancelled',
                                           'provider_arriving', 'in_progress', 'paid')),
    -- Who is offered the request or has it; null while searching.
    provider_id uuid references provider_profile (id),
    address text not null,
    latitude double precision,
    longitude double precision,
    description text not null default '',
    cancel_reason text check (cancel_reason in ('timeout', 'customer', 'admin', 'abandoned')),
    offered_at timestamptz not null,
    accepted_at timestamptz,
    completed_at timestamptz,
    -- When the provider was asked to rate the customer, which happens once.
    provider_asked_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index service_request_customer on service_request (customer_id, created_at desc);
create index service_request_provider on service_request (provider_id, created_at desc) where provider_id is not null;
create index service_request_status on service_request (status, created_at desc);

-- One offer of one request to one provider.
create table assignment (
    id uuid primary key,
    request_id uuid not null references service_request (id) on delete cascade,
    provider_id uuid not null references provider_profile (id),
    status text not null default 'pending' check (status in ('pending', 'accepted', 'rejected', 'cancelled')),
    -- Why a cancelled one ended: timeout, withdrawn, undeliverable, released.
    reason text,
    offered_at timestamptz not null,
    deadline timestamptz not null,
    answered_at timestamptz
);
create unique index assignment_open on assignment (request_id) where status in ('pending', 'accepted');
create index assignment_request on assignment (request_id);
create index assignment_provider on assignment (provider_id, offered_at desc);

create table rating (
    id uuid primary key,
    request_id uuid references service_request (id) on delete set null,
    rater_id uuid not null references users (id),
    ratee_id uuid not null references users (id),
    direction text not null check (direction in ('customer_to_provider', 'provider_to_customer')),
    stars smallint not null check (stars between 1 and 5),
    comment text not null default '',
    created_at timestamptz not null default now(),
    unique (request_id, rater_id)
);
create index rating_ratee on rating (ratee_id, direction, created_at desc);
create index rating_newest on rating (created_at desc);

-- Who wants to hear when a service has somebody again.
create table notify_me (
    user_id uuid not null references users (id),
    service_type text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    primary key (user_id, service_type)
);
create index notify_me_service on notify_me (service_type, created_at);
