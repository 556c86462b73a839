//! One bot as a process of its own, whose logs can be read and which can be killed.

use std::collections::BTreeMap;

use ubermench_simulator::Inbound;

use crate::harness::World;
use crate::harness::process::Process;

/// A running bot and those who talk to it.
pub(crate) struct Journey<'w> {
    world: &'w World,
    pub(crate) process: Process,
}

impl<'w> Journey<'w> {
    pub(crate) async fn start(world: &'w World, environment: &BTreeMap<String, String>) -> Self {
        let process = Process::serve(environment).await;
        let webhook = format!("{}/api/webhook", process.url);
        let control = &world.simulator.control;
        control.set_webhook_url(Some(&webhook)).unwrap();
        Self { world, process }
    }

    /// Types words, or taps what looks like an id, and waits until all is worked and sent.
    pub(crate) async fn says(&self, phone: &str, words: &str) {
        let inbound = if words.contains('_') {
            Inbound::tap(phone, words)
        } else {
            Inbound::text(phone, words)
        };
        let control = &self.world.simulator.control;
        let receipt = control.inbound(inbound).await.unwrap();
        assert_eq!(receipt.webhook_status, Some(200), "{words}");
        let left = "select (select count(*) from inbox where worked_at is null)
                         + (select count(*) from outbox where state = 'pending')";
        self.world.until_count(left, 0).await;
    }
}
