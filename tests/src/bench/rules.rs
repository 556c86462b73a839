//! Starts, repeats and forgeries.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::people::Person;
use super::rig::{Rig, text};
use super::script::Script;
use super::table::Measures;
use crate::load::connection::Kept;

const STARTS: u32 = 5;

pub(super) async fn cold_start(rig: &Arc<Rig>, measures: &mut Measures) -> Result<()> {
    let database = rig.database().await?;
    for start in 0..STARTS {
        let bot = rig.bot(&database).await?;
        measures.add("cold_start", bot.cold_start.as_secs_f64() * 1000.0);
        if start == 0 {
            sleep(Duration::from_secs(3)).await;
            measures.add("memory_idle", bot.memory()?.resident);
        }
        bot.kill().await?;
    }
    Ok(())
}

/// The message that books comes three times; another one has a wrong signature.
pub(super) async fn refusals(rig: &Arc<Rig>, measures: &mut Measures) -> Result<()> {
    let mut database = rig.database().await?;
    let bot = rig.bot(&database).await?;
    let mut person = Person::new(rig, bot.address);
    for n in 0..4 {
        person.say(rig, &database.script.step(n)).await?;
    }
    let [book, address, skip] = Script::booking();
    person.say(rig, &book).await?;
    person.say(rig, &address).await?;
    let before = rig.answers.count(&person.phone);
    let mut kept = Kept::default();
    let booking = skip.signed("wamid.thrice", &person.phone);
    let answer = rig.answers.nth(&person.phone, before + 1);
    for _ in 0..3 {
        // Each is answered 200: Meta is not to send it again.
        let _ = kept.post(booking.to(bot.address)).await;
    }
    answer.await?;
    sleep(Duration::from_secs(1)).await;
    // Those of the demo data are over.
    let made = "select count(*)::text from service_request where status = 'created'";
    let made: f64 = text(&mut database.connection, made).await?.parse()?;
    measures.add("thrice", made);
    let mut forged = Script::hello().signed("wamid.forged", &person.phone);
    forged.signature = format!("sha256={}", "0".repeat(64));
    let status = kept.post(forged.to(bot.address)).await.unwrap_or_default();
    measures.add("forged", f64::from(status));
    bot.kill().await
}
