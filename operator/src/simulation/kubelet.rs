//! The kubelet: pods are pulled, start, become ready, faint, crash and go.

use serde_json::{Value, json};

use super::World;
use super::api_server::{PODS, SECRETS, SERVICES, labels, name, time, uid};
use super::image::{Behaviour, Image};
use super::witness;
use crate::names::{ATTEMPT, COMPONENT, REVISION};

/// What a node knows of a pod.
#[derive(Clone, Debug, Default)]
pub(super) struct Life {
    /// When its container begins to run.
    begins: i64,
    /// When it is ready, or a Job's program ends.
    done: i64,
    /// Not ready before that, by a fault.
    pub(super) unready_until: i64,
    /// Ended once by a fault and not started again.
    pub(super) crashed: bool,
    /// Restarts.
    pub(super) restarts: i64,
    /// The internal port's token, as it was when the container began.
    pub(super) token: Option<String>,
    /// Since when it serves.
    serves_since: Option<i64>,
    /// When it goes, once it is deleted.
    goes: Option<i64>,
    address: String,
}

impl World {
    /// Nodes look after their pods.
    pub(super) fn nodes(&mut self) {
        let pods: Vec<_> = self.api.all(&PODS).cloned().collect();
        for pod in &pods {
            self.node(&pod.value);
        }
        let api = &self.api;
        self.lives.retain(|name, _| api.get(&PODS, name).is_some());
    }

    fn node(&mut self, pod: &Value) {
        let named = name(pod).to_owned();
        if !self.lives.contains_key(&named) {
            self.begun += 1;
            let begins = self.now + self.random.between(100, 900);
            let life = Life {
                begins,
                done: begins + self.random.between(200, 2_500),
                address: format!("10.1.{}.{}", self.begun / 250, self.begun % 250 + 1),
                ..Life::default()
            };
            self.lives.insert(named.clone(), life);
        }
        if !pod["metadata"]["deletionTimestamp"].is_null() {
            let goes = *self
                .lives
                .get_mut(&named)
                .unwrap()
                .goes
                .get_or_insert(self.now + 1_000);
            if self.now >= goes {
                self.release_lock(uid(pod));
                self.api.remove(&PODS, &named);
            }
            return;
        }
        if matches!(
            pod["status"]["phase"].as_str(),
            Some("Succeeded" | "Failed")
        ) {
            return;
        }
        let image = pod["spec"]["containers"][0]["image"]
            .as_str()
            .unwrap_or_default();
        let status = match labels(pod, COMPONENT) {
            "bot" => self.bot(pod, Image::of(image)),
            component => self.program(pod, component == "migrate", Image::of(image)),
        };
        self.note_pod(pod, image, &status);
    }

    /// A pod that serves, or is to serve.
    fn bot(&mut self, pod: &Value, image: Image) -> State {
        let serves = self.serves(labels(pod, REVISION));
        let token = self.internal_token();
        let can_begin = self.has_snapshot(labels(pod, REVISION)) && token.is_some();
        let (now, behaviour) = (self.now, image.behaviour);
        let migrated = (1..=image.schema).all(|each| self.database.ledger.contains(&each));
        let life = self.lives.get_mut(name(pod)).unwrap();
        if now < life.begins {
            return State::Waiting("ContainerCreating");
        }
        if behaviour == Behaviour::Missing {
            return State::Waiting("ErrImagePull");
        }
        if life.token.is_none() {
            if !can_begin {
                return State::Waiting("CreateContainerConfigError");
            }
            life.token = token;
        }
        if behaviour == Behaviour::Crashing {
            life.restarts = 2;
            return State::Crashed;
        }
        if serves && life.serves_since.is_none() {
            life.serves_since = Some(now);
        }
        let turned = life.serves_since.is_some_and(|since| now - since > 700);
        if life.crashed || (turned && behaviour == Behaviour::Treacherous) {
            life.restarts = life.restarts.max(1);
            return State::Crashed;
        }
        let faints = turned && behaviour == Behaviour::Fainting;
        let ready = now >= life.done
            && now >= life.unready_until
            && migrated
            && behaviour != Behaviour::Slow
            && !faints;
        State::Running { ready }
    }

    /// A Job's pod.
    fn program(&mut self, pod: &Value, migrates: bool, image: Image) -> State {
        let (now, life) = (self.now, &self.lives[name(pod)]);
        let (begins, done) = (life.begins, life.done);
        if now < begins {
            return State::Waiting("ContainerCreating");
        }
        if image.behaviour == Behaviour::Missing {
            return State::Waiting("ErrImagePull");
        }
        if migrates {
            return self.migration(pod, image, now >= done);
        }
        match image.behaviour {
            Behaviour::Hanging => State::Running { ready: true },
            _ if now < done => State::Running { ready: true },
            Behaviour::Silent => State::Ended(0, String::new()),
            behaviour => {
                let (revision, attempt) = (labels(pod, REVISION), labels(pod, ATTEMPT));
                let well = behaviour != Behaviour::Refused
                    && now >= self.database.away_until
                    && self.is_previewed(revision);
                if well {
                    witness::gate_passed(self, revision, attempt);
                }
                let report = json!({"passed": well, "checks": [{"name": "booking", "ok": well, "detail": "no reply"}]});
                State::Ended(i64::from(!well), report.to_string())
            }
        }
    }

    fn migration(&mut self, pod: &Value, image: Image, done: bool) -> State {
        let me = uid(pod).to_owned();
        if self.database.lock.as_ref().is_some_and(|held| *held != me) {
            return State::Running { ready: true };
        }
        self.database.lock = Some(me.clone());
        if image.behaviour == Behaviour::Stuck || !done {
            return State::Running { ready: true };
        }
        self.release_lock(&me);
        if self.now < self.database.away_until || image.behaviour == Behaviour::Unmigratable {
            return State::Ended(1, json!({"error": "a statement failed"}).to_string());
        }
        let already = self.database.ledger.len();
        self.database.migrate(image.schema);
        let report = json!({"applied": ["0001"], "already": already});
        State::Ended(0, report.to_string())
    }

    fn release_lock(&mut self, pod: &str) {
        if self.database.lock.as_deref() == Some(pod) {
            self.database.lock = None;
        }
    }

    /// A pod that was taken away at once ends its session too.
    pub(super) fn sessions_end(&mut self) {
        let held = self.database.lock.clone();
        let lives = |held: &str| {
            self.api
                .values(&PODS)
                .any(|pod| uid(pod) == held && pod["status"]["phase"] == "Running")
        };
        if held.is_some_and(|held| !lives(&held)) {
            self.database.lock = None;
        }
    }

    fn internal_token(&self) -> Option<String> {
        let secret = self.api.value(&SECRETS, "handy-internal")?;
        let bytes: k8s_openapi::ByteString =
            serde_json::from_value(secret["data"]["token"].clone()).ok()?;
        String::from_utf8(bytes.0).ok()
    }

    fn has_snapshot(&self, revision: &str) -> bool {
        self.api
            .get(&SECRETS, &format!("handy-{revision}"))
            .is_some()
    }

    /// Whether the active Service selects a revision.
    fn serves(&self, revision: &str) -> bool {
        self.api
            .value(&SERVICES, "handy")
            .is_some_and(|service| service["spec"]["selector"][REVISION] == revision)
    }

    /// Whether the preview Service leads to a revision.
    fn is_previewed(&self, revision: &str) -> bool {
        let ready = self.endpoints("handy-preview");
        !ready.is_empty() && ready.iter().all(|uid| self.is_pod_of(uid, revision))
    }

    /// Writes a pod's status if it changed.
    fn note_pod(&mut self, pod: &Value, image: &str, state: &State) {
        let life = &self.lives[name(pod)];
        let ready =
            matches!(state, State::Running { ready: true }) && labels(pod, COMPONENT) == "bot";
        let container = state.container(labels(pod, COMPONENT), image, ready, life.restarts);
        let phase = state.phase();
        let old = &pod["status"];
        let word = if ready { "True" } else { "False" };
        let same = old["conditions"][0]["status"] == word;
        let since = if same {
            old["conditions"][0]["lastTransitionTime"].clone()
        } else {
            time(self.now)
        };
        let next = json!({
            "phase": phase, "podIP": life.address,
            "conditions": [{"type": "Ready", "status": word, "lastTransitionTime": since}],
            "containerStatuses": [container],
        });
        if *old != next {
            self.api.edit(&PODS, name(pod), |pod| pod["status"] = next);
        }
    }
}

/// What a container does.
enum State {
    Waiting(&'static str),
    Running { ready: bool },
    Crashed,
    Ended(i64, String),
}

impl State {
    const fn phase(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "Pending",
            Self::Running { .. } | Self::Crashed => "Running",
            Self::Ended(0, _) => "Succeeded",
            Self::Ended(..) => "Failed",
        }
    }

    fn container(&self, name: &str, image: &str, ready: bool, restarts: i64) -> Value {
        let crash = json!({"terminated": {"exitCode": 1, "reason": "Error"}});
        let (state, last) = match self {
            Self::Waiting(reason) => (json!({"waiting": {"reason": reason}}), json!({})),
            Self::Running { .. } if restarts > 0 => (json!({"running": {}}), crash),
            Self::Running { .. } => (json!({"running": {}}), json!({})),
            Self::Crashed => (json!({"waiting": {"reason": "CrashLoopBackOff"}}), crash),
            Self::Ended(code, message) => (
                json!({"terminated": {"exitCode": code, "reason": "Completed", "message": message}}),
                json!({}),
            ),
        };
        json!({
            "name": name, "image": image, "imageID": "", "ready": ready, "restartCount": restarts,
            "state": state, "lastState": last,
        })
    }
}
