//! Records to look at, put there by SQL.

use uuid::Uuid;

use crate::harness::World;

/// A customer with a phone; the user's id.
pub(crate) async fn customer(world: &World, name: &str, phone: &str) -> Uuid {
    let (user, contact) = (Uuid::now_v7(), Uuid::now_v7());
    let name = name.replace('\'', "''");
    world
        .execute(&format!(
            "begin;
             insert into contact (id, lane, whatsapp_name) values ('{contact}', 'live', 'profile {name}');
             insert into conversation (contact_id, lane, phone, last_inbound_at)
                 values ('{contact}', 'live', '{phone}', now());
             insert into contact_alias (lane, kind, value, contact_id)
                 values ('live', 'phone', '{phone}', '{contact}');
             insert into users (id, contact_id, name) values ('{user}', '{contact}', '{name}');
             commit"
        ))
        .await;
    user
}

/// A provider who is online; the ids of user and profile.
pub(crate) async fn provider(
    world: &World,
    name: &str,
    phone: &str,
    services: &str,
) -> (Uuid, Uuid) {
    let user = customer(world, name, phone).await;
    let profile = Uuid::now_v7();
    world
        .execute(&format!(
            "update users set role = 'provider' where id = '{user}';
             insert into provider_profile (id, user_id, lane, display_name, service_types, bio, is_online)
                 values ('{profile}', '{user}', 'live', '{name} Pro', '{{{services}}}', 'Ten years', true)"
        ))
        .await;
    (user, profile)
}

/// A request of the customer, offered to or done by the provider.
pub(crate) async fn request(world: &World, customer: Uuid, profile: Uuid, status: &str) -> Uuid {
    let id = Uuid::now_v7();
    let assignment = match status {
        "created" => "pending",
        "provider_assigned" | "completed" => "accepted",
        "searching" => "rejected",
        _ => "cancelled",
    };
    let ends = if status == "completed" {
        "now()"
    } else {
        "null"
    };
    let keeps = if status == "searching" {
        "null".to_owned()
    } else {
        format!("'{profile}'")
    };
    world
        .execute(&format!(
            "insert into service_request (id, customer_id, service_type, status, provider_id, address,
                 description, offered_at, completed_at)
             values ('{id}', '{customer}', 'plumbing', '{status}', {keeps}, 'Secret Street 5',
                 'Leaky pipe', now(), {ends});
             insert into assignment (id, request_id, provider_id, status, offered_at, deadline)
             values ('{}', '{id}', '{profile}', '{assignment}', now(), now() + interval '5 minutes')",
            Uuid::now_v7()
        ))
        .await;
    id
}

/// A rating of a request by its customer.
pub(crate) async fn rating(world: &World, request: Uuid, stars: u8, comment: &str) {
    world
        .execute(&format!(
            "insert into rating (id, request_id, rater_id, ratee_id, direction, stars, comment)
             select '{}', r.id, r.customer_id, p.user_id, 'customer_to_provider', {stars}, '{comment}'
             from service_request r join provider_profile p on p.id = r.provider_id
             where r.id = '{request}'",
            Uuid::now_v7()
        ))
        .await;
}

/// A chat about a request, with one message of the customer.
pub(crate) async fn chat(world: &World, request: Uuid, text: &str) {
    world
        .execute(&format!(
            "insert into chat (request_id, customer_contact, provider_contact, started_at, last_relay_at)
             select r.id, u.contact_id, pu.contact_id, now(), now()
             from service_request r join users u on u.id = r.customer_id
             join provider_profile p on p.id = r.provider_id join users pu on pu.id = p.user_id
             where r.id = '{request}';
             insert into chat_member (contact_id, request_id)
             select unnest(array[customer_contact, provider_contact]), request_id from chat
             where request_id = '{request}';
             insert into chat_message (request_id, sender_contact, kind, content, inbound_wamid)
             select request_id, customer_contact, 'text', '{text}', 'wamid.chat' from chat
             where request_id = '{request}'"
        ))
        .await;
}

/// The kinds of notices that wait in a user's inbox or were heard, in order.
pub(crate) async fn heard(world: &World, user: Uuid) -> Vec<String> {
    world
        .texts(&format!(
            "select convert_from(i.raw, 'UTF8')::jsonb ->> 'notice' from inbox i
             join users u on u.contact_id = i.contact_id
             where u.id = '{user}' and i.kind = 'notice' order by i.id"
        ))
        .await
}

/// Waits until a user was sent something that holds this text.
pub(crate) async fn until_told(world: &World, user: Uuid, text: &str) {
    let told = format!(
        "select least(count(*), 1) from outbox o join users u on u.contact_id = o.contact_id
         where u.id = '{user}' and position('{text}' in o.payload::text) > 0"
    );
    world.until_count(&told, 1).await;
}
