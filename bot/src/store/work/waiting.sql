with person as materialized (
    select u.id as user_id, u.name, u.status = 'blocked' as is_blocked, p.id as profile_id,
           p.display_name, p.service_types, p.bio, p.is_online, p.enabled,
           p.rating_hundredths, p.rating_count, p.total_jobs,
           exists (select 1 from service_request where customer_id = u.id)
               or exists (select 1 from service_request where provider_id = p.id)
               as has_requests,
           exists (select 1 from chat
                   where (customer_contact = $1 or provider_contact = $1)
                     and (ended_at is null or ended_at > now() - interval '1 day')) as has_chat,
           (select json_agg(json_build_object(
                       'name', f.name, 'enabled', f.enabled, 'percentage', f.percentage,
                       'allowed', array(select contact_id from users where id = any (f.allowed))))
            from feature_flag f) as flags
    from (select) as nobody
    left join users u on u.contact_id = $1 and u.status <> 'erased'
    left join provider_profile p on p.user_id = u.id
)
select clock_timestamp() as "now!", i.id as "id?", i.wamid as "wamid?", i.kind as "kind?",
       i.phone, i.bsuid, i.profile_name, i.raw as "raw?", i.request_id as "request_id?",
       i.accepted_at as "accepted_at?", person.user_id as "user_id?", person.name as "name?",
       person.is_blocked, person.profile_id as "profile_id?",
       person.display_name as "display_name?", person.service_types as "services?",
       person.bio as "bio?", person.is_online as "is_online?", person.enabled as "enabled?",
       person.rating_hundredths as "rating?", person.rating_count as "rating_count?",
       person.total_jobs as "total_jobs?", person.has_requests as "has_requests!",
       person.has_chat as "has_chat!", person.flags as "flags?: Json<Vec<Switched>>"
from person
left join (select * from inbox
           where contact_id = $1 and worked_at is null and dead_at is null
           order by id limit $2) i on true
order by i.id
