with finished as (
    update inbox i set worked_at = now(), error = null, body = w.body
    from unnest($7::bigint[], $8::text[]) as w (id, body) where i.id = w.id
), named as (
    update contact set whatsapp_name = $9
    where id = $1 and $9::text is not null and whatsapp_name is distinct from $9
), released as (
    update outbox
    set state = 'pending', held_at = null, window_closed = false, attempt_at = now()
    where contact_id = $1 and state = 'held' and $6::timestamptz is not null
), said as (
    insert into outbox (lane, request_id, contact_id, inbox_id, kind, payload, body,
                        expires_at, template, media, on_failure, chat_message_id, is_copy)
    select $10, d.request_id, d.contact_id, d.inbox_id, d.kind, d.payload, d.body,
           d.expires_at, d.template, d.media, d.on_failure, d.chat_message_id, d.is_copy
    from unnest($11::text[], $12::uuid[], $13::bigint[], $14::text[], $15::jsonb[],
                $16::text[], $17::timestamptz[], $18::jsonb[], $19::jsonb[], $20::jsonb[],
                $21::bigint[], $22::boolean[])
        with ordinality as d (request_id, contact_id, inbox_id, kind, payload, body,
                              expires_at, template, media, on_failure, chat_message_id,
                              is_copy, place)
    order by d.place
)
update conversation
set state = $2, expires_at = $3, phone = $4, bsuid = $5, updated_at = now(),
    last_inbound_at = greatest(last_inbound_at, $6)
where contact_id = $1
