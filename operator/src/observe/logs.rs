//! The last lines of a container that failed.

use k8s_openapi::api::core::v1::Pod;
use kube::api::LogParams;
use kube::{Api, Client};

use crate::rollout::Trouble;

/// Lines that are kept.
const LINES: i64 = 20;
/// Longest line that is kept.
const LINE_LIMIT: usize = 400;
/// Most that is read.
const BYTES: i64 = 64 * 1024;

/// Fills in the log of what failed, if there is one. A log that can't be had is no reason to wait: the rest of the
/// evidence stands without it.
pub(super) async fn fill(client: &Client, namespace: &str, trouble: &mut Trouble) {
    let Some(container) = &trouble.container else {
        return;
    };
    let pods = Api::<Pod>::namespaced(client.clone(), namespace);
    // The run that ended is the previous one once the kubelet has started another.
    for previous in [true, false] {
        let wanted = LogParams {
            container: Some(container.clone()),
            previous,
            tail_lines: Some(LINES),
            limit_bytes: Some(BYTES),
            ..LogParams::default()
        };
        if let Ok(text) = pods.logs(&trouble.pod, &wanted).await
            && !text.trim().is_empty()
        {
            trouble.log = lines(&text);
            return;
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    let lines: Vec<_> = text
        .lines()
        .map(|line| line.chars().take(LINE_LIMIT).collect::<String>())
        .collect();
    let skipped = lines
        .len()
        .saturating_sub(usize::try_from(LINES).unwrap_or(usize::MAX));
    lines.into_iter().skip(skipped).collect()
}
