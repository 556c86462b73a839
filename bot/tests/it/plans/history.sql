-- About a hundred thousand messages of twenty thousand people over three months.
create function pg_temp.u(text, bigint) returns uuid language sql immutable as $$ select md5($1 || $2)::uuid $$;

insert into contact (id, lane, whatsapp_name, created_at)
    select pg_temp.u('contact', n), 'live', 'Person ' || n, now() - n * interval '6 minutes'
    from generate_series(1, 20000) n;
insert into contact_alias (lane, kind, value, contact_id)
    select 'live', 'phone', (525500000000 + n)::text, pg_temp.u('contact', n) from generate_series(1, 20000) n
    union all
    select 'live', 'bsuid', 'MX.' || n, pg_temp.u('contact', n) from generate_series(1, 15000) n;
insert into conversation (contact_id, lane, state, expires_at, phone, last_inbound_at, updated_at)
    select pg_temp.u('contact', n), 'live', case when n <= 200 then '{"state": "welcome"}'::jsonb end,
           case when n <= 200 then now() + n * interval '1 second' end, (525500000000 + n)::text,
           now() - n * interval '6 minutes', now() - n * interval '6 minutes'
    from generate_series(1, 20000) n;
insert into users (id, contact_id, name, role, created_at)
    select pg_temp.u('user', n), pg_temp.u('contact', n), 'Person ' || n,
           case when n <= 1000 then 'provider' else 'customer' end, now() - n * interval '10 minutes'
    from generate_series(1, 12000) n;
insert into provider_profile (id, user_id, lane, display_name, service_types, bio, is_online, created_at)
    select pg_temp.u('provider', n), pg_temp.u('user', n), 'live', 'Person ' || n,
           array[(array['plumbing', 'electrical', 'cleaning', 'gardening', 'repair', 'other'])[1 + n % 6]],
           'Twenty years of experience', n % 5 = 0, now() - n * interval '2 hours'
    from generate_series(1, 1000) n;

insert into service_request (id, customer_id, service_type, status, provider_id, address, cancel_reason, offered_at,
                             accepted_at, completed_at, created_at, updated_at)
    select pg_temp.u('request', n), pg_temp.u('user', 1001 + n % 11000), 'plumbing',
           case when n <= 60 then 'created' when n <= 150 then 'provider_assigned' when n % 4 = 0 then 'cancelled'
                else 'completed' end,
           pg_temp.u('provider', 1 + n % 1000), 'Calle Luna ' || n,
           case when n > 150 and n % 4 = 0 then 'customer' end, at, at, case when n > 150 and n % 4 <> 0 then at end, at, at
    from (select n, now() - n * interval '8 minutes' as at from generate_series(1, 16000) n) made;
insert into assignment (id, request_id, provider_id, status, offered_at, deadline, answered_at)
    select pg_temp.u('assignment', n), pg_temp.u('request', 1 + n % 16000), pg_temp.u('provider', 1 + n % 1000),
           case when n <= 60 then 'pending' when n <= 16000 then 'accepted' else 'rejected' end, at, at + interval '5 minutes', at
    from (select n, now() - n * interval '8 minutes' as at from generate_series(1, 19000) n) made;
insert into rating (id, request_id, rater_id, ratee_id, direction, stars, created_at)
    select pg_temp.u('rating', n), pg_temp.u('request', 151 + n), pg_temp.u('user', 1001 + n), pg_temp.u('user', 1 + n % 1000),
           'customer_to_provider', 1 + n % 5, now() - n * interval '8 minutes'
    from generate_series(1, 10000) n;

insert into chat (request_id, customer_contact, provider_contact, started_at, last_relay_at, ended_at)
    select pg_temp.u('request', n), pg_temp.u('contact', 1001 + n), pg_temp.u('contact', 1 + n % 1000), at, at,
           case when n > 50 then at end
    from (select n, now() - n * interval '8 minutes' as at from generate_series(1, 6000) n) made;
insert into chat_member (contact_id, request_id)
    select pg_temp.u('contact', 1001 + n), pg_temp.u('request', n) from generate_series(1, 50) n
    union all
    select pg_temp.u('contact', 1 + n), pg_temp.u('request', n) from generate_series(1, 50) n;
insert into chat_message (request_id, sender_contact, kind, content, inbound_wamid, created_at)
    select pg_temp.u('request', 1 + n % 6000), pg_temp.u('contact', 1001 + n % 6000), 'text', 'Words ' || n, 'wamid.in.' || n,
           now() - n * interval '2 minutes'
    from generate_series(1, 30000) n;

insert into inbox (id, wamid, lane, contact_id, kind, phone, raw, body, request_id, accepted_at, worked_at)
    select n, 'wamid.in.' || n, 'live', pg_temp.u('contact', 1 + n % 20000), 'text', (525500000001 + n % 20000)::text, '{}',
           'Words ' || n, 'made', at, case when n < 49990 then at end
    from (select n, now() - (50000 - n) * interval '2 minutes' as at from generate_series(1, 50000) n) made;
insert into outbox (lane, contact_id, inbox_id, kind, payload, body, request_id, created_at, expires_at, state, outcome, ended_at,
                    wamid, delivery, delivery_at, chat_message_id, is_copy)
    select 'live', pg_temp.u('contact', 1 + n % 20000), n, 'text', '{"type": "text"}', 'Words ' || n, 'made', at, at + interval '1 day',
           case when n < 49980 then 'accepted' when n < 49990 then 'held' else 'pending' end,
           case when n < 49980 then 'sent' end, at, case when n < 49980 then 'wamid.out.' || n end,
           case when n < 49980 then 'read' end, at, case when n <= 30000 then n end, n <= 30000
    from (select n, now() - (50000 - n) * interval '2 minutes' as at from generate_series(1, 50000) n) made;
insert into message_status (wamid, status, happened_at, request_id, accepted_at, applied_at)
    select 'wamid.out.' || n, status, at, 'made', at, case when n < 49970 then at end
    from (select n, now() - (50000 - n) * interval '2 minutes' as at from generate_series(1, 49979) n) made,
         unnest(array['sent', 'delivered', 'read']) status;

insert into timer (lane, contact_id, notice, request_id, due_at)
    select 'live', pg_temp.u('contact', n), '{}', 'made', now() + n * interval '1 minute' from generate_series(1, 5000) n;
insert into audit (actor, action, subject, created_at)
    select 'admin', 'user.block', 'user:' || n, now() - n * interval '20 minutes' from generate_series(1, 6000) n;
analyze;
