//! What the operator says in its status.

use serde_json::Value;

use super::super::World;
use super::super::history::DEADLINE;
use super::{Invariant, Verdict, require};

pub(super) fn judge(world: &mut World, old: &Value) -> Verdict {
    let status = world.status().clone();
    ready(world, &status)?;
    tokens(world, old, &status)?;
    epoch(world, old, &status)?;
    secrets(world, old, &status)?;
    transition(world, old, &status)
}

fn ready(world: &World, status: &Value) -> Verdict {
    let mut conditions = status["conditions"].as_array().into_iter().flatten();
    let ready = conditions.find(|each| each["type"] == "Ready" && each["status"] == "True");
    let Some(ready) = ready else { return Ok(()) };
    let resource = world.resource().unwrap_or(&Value::Null);
    let generation = &resource["metadata"]["generation"];
    require(
        ready["observedGeneration"] == *generation && status["observedGeneration"] == *generation,
        Invariant::ReadyIsTrue,
        || {
            format!(
                "Ready of generation {} at {generation}",
                ready["observedGeneration"]
            )
        },
    )?;
    let (active, asked) = (&status["active"]["image"], &resource["spec"]["image"]);
    require(active == asked, Invariant::ReadyIsTrue, || {
        format!("Ready with {active}, while {asked} is asked for")
    })
}

fn tokens(world: &mut World, old: &Value, status: &Value) -> Verdict {
    let known = old["actions"].as_array().cloned().unwrap_or_default();
    let answers = status["actions"].as_array().cloned().unwrap_or_default();
    for answer in answers {
        if answer["result"] != "Accepted" || known.contains(&answer) {
            continue;
        }
        let (action, token) = (answer["action"].to_string(), answer["token"].to_string());
        let revision = token
            .trim_matches('"')
            .split('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        let candidate = &old["candidate"]["revision"];
        let fits =
            !matches!(action.as_str(), "\"Promote\"" | "\"Abort\"") || *candidate == *revision;
        require(fits, Invariant::TokensActOnce, || {
            format!("{action} {token} is honoured while {candidate} is the candidate")
        })?;
        let first = world.witness.accepted.insert(format!("{action} {token}"));
        require(first, Invariant::TokensActOnce, || {
            format!("{action} {token} is honoured twice")
        })?;
    }
    Ok(())
}

fn epoch(world: &World, old: &Value, status: &Value) -> Verdict {
    let (before, after) = (
        old["work"]["epoch"].as_i64(),
        status["work"]["epoch"].as_i64(),
    );
    let grows = before
        .zip(after)
        .is_none_or(|(before, after)| before <= after);
    require(
        grows || world.witness.status_lost,
        Invariant::EpochOnlyGrows,
        || format!("the intended epoch goes from {before:?} to {after:?}"),
    )
}

/// A release begins only with all Secrets, unless a person rolls back to one that has its own copies.
fn secrets(world: &World, old: &Value, status: &Value) -> Verdict {
    let begins = status["phase"] == "Snapshotting" && old["phase"] != "Snapshotting";
    let seen = &world.witness.seen;
    let by_hand = status["rollback"].is_object();
    require(
        !begins || by_hand || seen.secrets || seen.interfered,
        Invariant::SecretsComplete,
        || "a release begins while a Secret is missing or empty".to_owned(),
    )
}

fn transition(world: &mut World, old: &Value, status: &Value) -> Verdict {
    let transition = &status["transition"];
    let Some(sequence) = transition["sequence"].as_i64() else {
        return Ok(());
    };
    if *transition == old["transition"] {
        return Ok(());
    }
    let (now, witness) = (world.now, &mut world.witness);
    let ran = witness.ran(now);
    let late =
        transition["reason"] == "DeadlineExceeded" || transition["reason"] == "ApprovalTimedOut";
    let known = !witness.transitions.insert(sequence);
    witness.phase_begins(now);
    // A status that is lost before anything exists can't be told from none.
    let excused = (witness.status_lost && sequence == 1) || witness.jumped;
    require(!known || excused, Invariant::OneEventEach, || {
        format!("transition {sequence} is given twice")
    })?;
    let early = late && ran < (DEADLINE - 3) * 1000 && !witness.jumped && !witness.status_lost;
    require(!early, Invariant::PauseStopsClocks, || {
        format!("{} after {ran} ms of {DEADLINE} s", transition["reason"])
    })
}
