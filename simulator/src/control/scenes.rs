//! Plays scenes, and tells how far they are. A number of scenes can play side by side.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Control;
use crate::person::Person;
use crate::scene::{InvalidScene, Scene, Step};
use crate::world::Outcome;

/// Scenes that are remembered.
const MOST: usize = 50;

/// How far a scene or a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SceneState {
    /// Its turn has not come.
    Waiting,
    /// It is being played.
    Running,
    /// It went as it should.
    Done,
    /// It did not.
    Failed,
    /// It was stopped by order.
    Stopped,
}

/// A scene as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SceneView {
    /// Its number.
    pub id: u64,
    /// What it is called.
    pub title: String,
    /// How far it is.
    pub state: SceneState,
    /// Its steps.
    pub steps: Vec<StepView>,
}

/// A step as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// Whose phone.
    pub phone: String,
    /// How far it is.
    pub state: SceneState,
    /// How long it took.
    pub took_ms: u64,
    /// The reply that was waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Scenes(Mutex<(u64, VecDeque<(SceneView, CancellationToken)>)>);

impl Scenes {
    fn all(&self) -> MutexGuard<'_, (u64, VecDeque<(SceneView, CancellationToken)>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, id: u64, change: impl FnOnce(&mut SceneView)) {
        let mut all = self.all();
        if let Some((view, _)) = all.1.iter_mut().find(|(view, _)| view.id == id) {
            change(view);
        }
    }

    fn change_step(&self, id: u64, step: usize, change: impl FnOnce(&mut StepView)) {
        self.change(id, |view| {
            if let Some(step) = view.steps.get_mut(step) {
                change(step);
            }
        });
    }
}

impl Control {
    /// Starts a scene and returns its number.
    pub fn play(&self, scene: Scene) -> Result<u64, InvalidScene> {
        scene.check()?;
        let waiting = |step: &Step| StepView {
            phone: step.phone.clone(),
            state: SceneState::Waiting,
            took_ms: 0,
            reply: None,
            trouble: None,
        };
        let stop = self.0.shutdown.child_token();
        let mut all = self.0.scenes.all();
        all.0 += 1;
        let id = all.0;
        let view = SceneView {
            id,
            title: scene.title.clone(),
            state: SceneState::Running,
            steps: scene.steps.iter().map(waiting).collect(),
        };
        all.1.push_back((view, stop.clone()));
        if all.1.len() > MOST
            && let Some((_, oldest)) = all.1.pop_front()
        {
            oldest.cancel();
        }
        drop(all);
        let control = self.clone();
        self.0.tasks.spawn(async move {
            let state = tokio::select! {
                state = control.play_steps(id, &scene) => state,
                () = stop.cancelled() => SceneState::Stopped,
            };
            control.0.scenes.change(id, |view| view.state = state);
        });
        Ok(id)
    }

    /// Scenes, oldest first.
    pub fn scenes(&self) -> Vec<SceneView> {
        let all = self.0.scenes.all();
        all.1.iter().map(|(view, _)| view.clone()).collect()
    }

    /// One scene.
    pub fn scene(&self, id: u64) -> Option<SceneView> {
        self.scenes().into_iter().find(|view| view.id == id)
    }

    /// Stops a scene where it is. Says whether there is one.
    pub fn stop_scene(&self, id: u64) -> bool {
        let all = self.0.scenes.all();
        let found = all.1.iter().find(|(view, _)| view.id == id);
        if let Some((_, stop)) = found {
            stop.cancel();
        }
        found.is_some()
    }

    async fn play_steps(&self, id: u64, scene: &Scene) -> SceneState {
        let mut seen = Seen {
            start: self.0.world.last_seq(),
            by_key: Vec::new(),
        };
        for (place, step) in scene.steps.iter().enumerate() {
            let scenes = &self.0.scenes;
            scenes.change_step(id, place, |view| view.state = SceneState::Running);
            tokio::time::sleep(step.thinking(scene.speed)).await;
            let begun = Instant::now();
            let played = self.play_step(step, &mut seen).await;
            let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let failed = played.is_err();
            scenes.change_step(id, place, |view| {
                view.took_ms = took_ms;
                match played {
                    Ok(reply) => {
                        view.state = SceneState::Done;
                        view.reply = reply;
                    }
                    Err(trouble) => {
                        view.state = SceneState::Failed;
                        view.trouble = Some(trouble);
                    }
                }
            });
            if failed {
                return SceneState::Failed;
            }
        }
        SceneState::Done
    }

    /// Returns the awaited reply, or says what went wrong.
    async fn play_step(&self, step: &Step, seen: &mut Seen) -> Result<Option<String>, String> {
        let person = Person::parse(&step.phone).map_err(|error| error.to_string())?;
        let key = self.0.world.key_of(&person);
        if let Some(inbound) = step.inbound() {
            seen.set(&key, self.0.world.last_seq());
            let receipt = self.inbound(inbound).await;
            let receipt = receipt.map_err(|error| error.to_string())?;
            match receipt.webhook_status {
                Some(200) => {}
                Some(status) => return Err(format!("the bot answered {status}")),
                None => return Err("the bot did not answer".to_owned()),
            }
        }
        let Some(wanted) = &step.wait_for else {
            return Ok(None);
        };
        let limit = Duration::from_millis(step.within_ms);
        let mut changes = self.0.world.changes();
        let wait = async {
            loop {
                let mut sent = self.0.world.sent(Some(&key), seen.get(&key)).into_iter();
                let found = sent.find(|sent| {
                    !matches!(sent.outcome, Outcome::Refused { .. }) && sent.text.contains(wanted)
                });
                if let Some(found) = found {
                    return Some(found);
                }
                if changes.changed().await.is_err() {
                    return None;
                }
            }
        };
        let found = tokio::time::timeout(limit, wait).await.ok().flatten();
        let Some(found) = found else {
            let since = seen.get(&key);
            let texts = self.0.world.sent(Some(&key), since);
            let texts: Vec<_> = texts.into_iter().map(|sent| sent.text).collect();
            return Err(format!(
                "no reply with “{wanted}” within {} ms; there came {texts:?}",
                step.within_ms
            ));
        };
        seen.set(&key, found.seq);
        Ok(Some(found.text))
    }
}

/// Up to which send each phone's replies were waited for.
struct Seen {
    start: u64,
    by_key: Vec<(String, u64)>,
}

impl Seen {
    fn get(&self, key: &str) -> u64 {
        let found = self.by_key.iter().find(|(known, _)| known == key);
        found.map_or(self.start, |(_, seq)| *seq)
    }

    fn set(&mut self, key: &str, seq: u64) {
        self.by_key.retain(|(known, _)| known != key);
        self.by_key.push((key.to_owned(), seq));
    }
}
