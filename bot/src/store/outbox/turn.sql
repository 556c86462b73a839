with sent as materialized (
    select * from unnest($1::bigint[], $2::uuid[], $3::text[]) as s (id, claim, wamid)
), recorded as (
    update outbox o
    set state = 'accepted', outcome = 'sent', ended_at = now(), wamid = sent.wamid, claim = null,
        error_code = null, error_title = null
    from sent where o.id = sent.id and o.claim = sent.claim
    returning o.id
), woken as (
    update message_status m set attempt_at = now()
    from sent where m.wamid = sent.wamid and m.applied_at is null
), gate as materialized (
    select b.tokens, b.refilled_at, b.paused_until
    from work_fence f cross join send_bucket b
    where f.id = 1 and f.revision = $4 and b.id = 1 and $5::bigint > 0
      and exists (
          select 1 from outbox
          where state = 'pending' and lane = 'live' and attempt_at <= now()
            and (claimed_until is null or claimed_until < now())
      )
    for no key update of f, b
), filled as materialized (
    select clock.at, least($6, gate.tokens + $7 * greatest(0,
               extract(epoch from clock.at - gate.refilled_at)::float8)) as tokens,
           extract(epoch from greatest(gate.paused_until, clock.at) - clock.at)::float8 as paused_for
    from gate cross join lateral (select clock_timestamp() as at) clock
), allowance as materialized (
    select filled.*, case when paused_for > 0 then 0
                          else least($5, floor(tokens)::bigint) end as allowed
    from filled
), head as materialized (
    select o.id, s.shut, s.shut and o.kind <> 'template' as closed
    from outbox o join conversation c on c.contact_id = o.contact_id
    cross join lateral (select o.window_closed or coalesce(
        c.last_inbound_at <= now() - $8 * interval '1 second', false) as shut) s
    where o.state = 'pending' and o.lane = 'live' and o.attempt_at <= now()
      and (o.claimed_until is null or o.claimed_until < now()) and o.expires_at > now()
      and o.id = (select p.id from outbox p
                  where p.contact_id = o.contact_id and p.state = 'pending'
                    and p.id not in (select r.id from recorded r)
                  order by p.id limit 1)
    order by o.attempt_at, o.id
    limit coalesce((select allowed from allowance), 0) for no key update of o skip locked
), taken as (
    update outbox o
    set claim = $9, claimed_until = now() + $10 * interval '1 second', attempts = attempts + 1,
        is_template = head.closed
    from head
    where o.id = head.id
      and (not head.closed or (o.template is not null and o.chat_message_id is null))
    returning o.id, o.contact_id, o.request_id, o.attempts, o.media_id,
              case when head.closed then 'template' else o.kind end as kind,
              case when head.closed then o.template else o.payload end as payload,
              case when head.closed then null else o.media end as media
), paid as (
    update send_bucket b set tokens = a.tokens - used.count, refilled_at = a.at
    from allowance a cross join (select count(*) from taken) used
    where b.id = 1 and a.tokens is not null and a.paused_for = 0
)
select exists (select 1 from work_fence where id = 1 and revision = $4) as "owns!",
       array(select id from recorded) as "recorded!",
       (select coalesce(bool_or(shut), false) from head) as "are_shut!",
       a.allowed, a.paused_for, a.tokens - (select count(*) from taken) as tokens,
       t.id as "id?", t.contact_id as "contact_id?", t.request_id as "request_id?",
       t.attempts as "attempts?", t.media_id, t.kind, t.payload, t.media
from (select) as one left join allowance a on true left join taken t on true
