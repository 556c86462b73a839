//! Marks messages as read, when there is room for it. A mark that is lost harms nobody.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Workshop;
use crate::domain::Wamid;

const QUEUE: usize = 1000;
const AT_ONCE: usize = 8;

/// Takes ids of messages that were read.
#[derive(Debug, Clone)]
pub(super) struct Reads(mpsc::Sender<Wamid>);

impl Reads {
    /// Never waits; what finds no room is dropped.
    pub(super) fn mark(&self, message: Wamid) {
        let _ = self.0.try_send(message);
    }
}

pub(super) fn start(workshop: &Workshop, tasks: &TaskTracker, stop: &CancellationToken) -> Reads {
    let (sender, receiver) = mpsc::channel(QUEUE);
    tasks.spawn(run(workshop.clone(), receiver, stop.clone()));
    Reads(sender)
}

async fn run(workshop: Workshop, mut queue: mpsc::Receiver<Wamid>, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let calls = TaskTracker::new();
    loop {
        let next = tokio::select! {
            () = stop.cancelled() => return,
            next = queue.recv() => next,
        };
        let (Some(message), Ok(permit)) = (next, Arc::clone(&room).acquire_owned().await) else {
            return;
        };
        let graph = workshop.graph.clone();
        calls.spawn(async move {
            if let Err(failure) = graph.mark_read(&message).await {
                let reason = failure.label();
                tracing::debug!(event = "mark_read_failed", wamid = message.as_str(), reason);
            }
            drop(permit);
        });
    }
}
