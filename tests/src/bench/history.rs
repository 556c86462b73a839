//! Whether messages cost more the more of them are stored.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use sqlx::PgConnection;

use super::people::{Crowd, quantile};
use super::rig::{Rig, execute};
use super::table::Measures;
use super::talk::warm_up;

/// Stored messages; as many answers; a twentieth as many people.
const HISTORY: [(u32, &str); 3] = [
    (10_000, ""),
    (100_000, "history_10"),
    (1_000_000, "history_100"),
];

pub(super) async fn grown(rig: &Arc<Rig>, full: bool, measures: &mut Measures) -> Result<()> {
    let mut least = f64::NAN;
    for (messages, key) in HISTORY {
        if messages == 1_000_000 && !full {
            continue;
        }
        let mut database = rig.database().await?;
        fill(&mut database.connection, messages).await?;
        let bot = rig.bot(&database).await?;
        warm_up(rig, bot.address, &database.script).await?;
        let crowd = Crowd {
            people: 50,
            steps: 10,
            pause: Duration::from_millis(500),
        };
        let mut times = crowd.talk(rig, bot.address, &database.script).await?;
        let own = quantile(&mut times.replies, 0.95);
        if key.is_empty() {
            least = own;
            measures.add("history_1", own);
        } else {
            measures.add(key, own / least);
        }
        bot.kill().await?;
    }
    Ok(())
}

/// Old messages that were worked and answered.
async fn fill(connection: &mut PgConnection, messages: u32) -> Result<()> {
    let people = messages / 20;
    let sql = format!(
        "set session_replication_role = replica;
         create temporary table old as
             select n, gen_random_uuid() as id, '1303' || (2000000 + n) as phone
             from generate_series(1, {people}) n;
         insert into contact (id, lane, whatsapp_name, created_at)
             select id, 'live', 'Old', now() - interval '9 days' from old;
         insert into contact_alias (lane, kind, value, contact_id)
             select 'live', 'phone', phone, id from old;
         insert into conversation (contact_id, lane, phone, last_inbound_at)
             select id, 'live', phone, now() - interval '9 days' from old;
         insert into users (id, contact_id, name)
             select gen_random_uuid(), id, 'Ana Old' from old;
         insert into inbox (id, wamid, lane, contact_id, kind, phone, raw, request_id, accepted_at, worked_at, body)
             select m, 'wamid.old.' || m, 'live', old.id, 'text', old.phone,
                    convert_to(repeat('x', 300), 'UTF8'), gen_random_uuid()::text,
                    now() - interval '9 days', now() - interval '9 days', 'hola'
             from generate_series(1, {messages}) m join old on old.n = 1 + m % {people};
         insert into outbox (lane, contact_id, inbox_id, kind, payload, request_id, created_at, expires_at,
                             state, outcome, ended_at, wamid, body)
             select 'live', old.id, m, 'text', jsonb_build_object('to', old.phone, 'text', repeat('y', 200)),
                    'old', now() - interval '9 days', now() - interval '8 days',
                    'accepted', 'sent', now() - interval '9 days', 'wamid.answer.' || m, 'hola'
             from generate_series(1, {messages}) m join old on old.n = 1 + m % {people};
         set session_replication_role = origin;
         analyze; checkpoint;"
    );
    execute(connection, &sql).await
}
