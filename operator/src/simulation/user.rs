//! People and misfortune: what happens beside the operator, done to the world.

use serde_json::{Value, json};
use ubermench_crds::{Action, Color};

use super::World;
use super::api_server::{
    ApiServer, DEPLOYMENTS, JOBS, Kind, PODS, RESOURCES, SECRETS, SERVICES, labels, name, uid,
};
use super::history::{Aim, Event, Side};
use super::image::IMAGES;
use crate::names::{COMPONENT, REVISION, SNAPSHOT_FINALIZER};

/// The manager of everything that people write.
const PERSON: &str = "kubectl-edit";

/// Names of the Secrets that a user keeps.
pub(super) const KEPT: [&str; 3] = ["handy-whatsapp", "handy-database", "handy-redis"];

impl World {
    /// Something happens.
    pub(super) fn happen(&mut self, event: &Event) {
        self.witness.seen.interfered = true;
        let now = self.now;
        match *event {
            Event::Edit(image) => self.edit_spec(|spec| spec["image"] = json!(IMAGES[image])),
            Event::Revert => {
                if let Some(image) = self.status()["active"]["image"].as_str().map(str::to_owned) {
                    self.edit_spec(|spec| spec["image"] = json!(image));
                }
            }
            Event::Scale(replicas) => self.edit_spec(|spec| spec["replicas"] = json!(replicas)),
            Event::Pause(paused) => {
                self.edit_spec(|spec| spec["paused"] = json!(paused));
                self.witness.paused(paused, now);
            }
            Event::Approval(manual) => {
                let word = if manual { "Manual" } else { "Automatic" };
                self.edit_spec(|spec| spec["rollout"]["approval"] = json!(word));
            }
            Event::Ask(action, aim) => self.ask(action, aim),
            Event::StatusDeleted => {
                self.witness.status_lost = true;
                self.api.edit(&RESOURCES, "handy", |value| {
                    value.as_object_mut().unwrap().remove("status");
                });
            }
            Event::Labelled => self.api.edit(&RESOURCES, "handy", |value| {
                value["metadata"]["labels"]["team"] = json!(now.to_string());
            }),
            Event::ResourceDeleted => {
                let _ = self.api.delete(&RESOURCES, "handy", &Value::Null, now);
            }
            Event::DatabaseAway(length) => self.database.away_until = now + length,
            Event::PodsCutOff(length) => self.faults.cut_off_until = now + length,
            Event::Api(fault, times) => self.faults.api.extend(vec![fault; times]),
            Event::ClockJumps(length) => {
                self.skew += length;
                self.witness.jumped = true;
            }
            Event::Frozen(controller, length) => {
                self.paces.insert(controller, now + length);
            }
            Event::PodDeleted(_) | Event::PodFaints(..) | Event::PodCrashes(_) => self.hurt(*event),
            _ => self.meddle(*event),
        }
    }

    fn edit_spec(&mut self, change: impl FnOnce(&mut Value)) {
        let Some(mut next) = self.resource().cloned() else {
            return;
        };
        change(&mut next["spec"]);
        let _ = self.api.replace(&RESOURCES, "handy", next, false, PERSON);
    }

    pub(super) fn status(&self) -> &Value {
        self.resource()
            .map_or(&Value::Null, |resource| &resource["status"])
    }

    fn ask(&mut self, action: Action, aim: Aim) {
        let status = self.status();
        let revision = |part: &str| status[part]["revision"].as_str().map(str::to_owned);
        let right = match action {
            Action::Promote | Action::Abort => revision("candidate"),
            Action::Retry => revision("failure"),
            Action::Rollback => revision("previous"),
        };
        let other = revision("active").unwrap_or_else(|| "0123456789".to_owned());
        let last = self.witness.last_token.get(&action).cloned();
        self.witness.tokens += 1;
        let fresh = |revision: &str| format!("{revision}/{}", self.witness.tokens);
        let token = match aim {
            Aim::Right => fresh(&right.unwrap_or(other)),
            Aim::Other => fresh(&other),
            Aim::Repeated => last.unwrap_or_else(|| fresh(&other)),
        };
        self.tell(|| format!("a person asks: {action:?} {token}"));
        self.witness.last_token.insert(action, token.clone());
        self.api.edit(&RESOURCES, "handy", |value| {
            value["metadata"]["annotations"][action.annotation()] = json!(token);
        });
    }

    /// A pod of the bot comes to harm.
    fn hurt(&mut self, event: Event) {
        let (Event::PodDeleted(index) | Event::PodFaints(index, _) | Event::PodCrashes(index)) =
            event
        else {
            return;
        };
        let bots = self
            .api
            .values(&PODS)
            .filter(|pod| labels(pod, COMPONENT) == "bot");
        let Some(pod) = nth(bots, index) else { return };
        let now = self.now;
        if let Event::PodDeleted(_) = event {
            let _ = self.api.delete(&PODS, &pod, &Value::Null, now);
        } else if let Some(life) = self.lives.get_mut(&pod) {
            match event {
                Event::PodFaints(_, length) => life.unready_until = now + length,
                _ => life.crashed = true,
            }
        }
        self.tell(|| format!("pod {pod} comes to harm"));
    }

    /// Somebody lays hands on what is the operator's, or on what it reads.
    fn meddle(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::SecretChanged(index) => self.secret(index, Some("Y2hhbmdlZA==")),
            Event::SecretEmptied(index) => self.secret(index, Some("")),
            Event::SecretDeleted(index) => self.api.remove(&SECRETS, KEPT[index % 3]),
            Event::SecretRestored(index) => self.restore_secret(KEPT[index % 3]),
            Event::SelectorEmptied(side) => self.select(side, |selector| *selector = json!({})),
            Event::SelectorTurned(side) => self.turn(side),
            Event::SelectorWidened(side) => self.select(side, |selector| {
                selector.as_object_mut().map(|keys| keys.remove(REVISION));
            }),
            Event::ServiceDeleted(side) => self.api.remove(&SERVICES, side.name()),
            Event::ServiceEdited(side) => person(&mut self.api, &SERVICES, side.name(), |value| {
                value["spec"]["externalIPs"] = json!(["192.0.2.7"]);
            }),
            Event::DeploymentScaled(index, replicas) => {
                self.deployment_edited(index, |spec| spec["replicas"] = json!(replicas));
            }
            Event::DeploymentEdited(index) => self.deployment_edited(index, |spec| {
                spec["template"]["spec"]["containers"][0]["image"] = json!("bot:good-1");
                spec["template"]["spec"]["hostNetwork"] = json!(true);
            }),
            Event::DeploymentDeleted(index) => {
                if let Some(found) = nth(self.api.values(&DEPLOYMENTS), index) {
                    self.api.remove(&DEPLOYMENTS, &found);
                }
            }
            Event::JobsDeleted => {
                let jobs: Vec<_> = self
                    .api
                    .values(&JOBS)
                    .map(|job| name(job).to_owned())
                    .collect();
                for job in jobs {
                    self.api.remove(&JOBS, &job);
                }
            }
            Event::SnapshotDeleted(index) => {
                let snapshots = self
                    .api
                    .values(&SECRETS)
                    .filter(|secret| secret["metadata"]["finalizers"][0] == SNAPSHOT_FINALIZER);
                if let Some(found) = nth(snapshots, index) {
                    let _ = self.api.delete(&SECRETS, &found, &Value::Null, now);
                }
            }
            // As `kubectl delete` does: its finalizer holds it.
            Event::InternalSecretDeleted => {
                let now = self.now;
                let _ = self
                    .api
                    .delete(&SECRETS, "handy-internal", &Value::Null, now);
            }
            Event::ForeignObject(index) => self.foreign(index),
            _ => {}
        }
    }

    fn secret(&mut self, index: usize, value: Option<&str>) {
        let named = KEPT[index % 3];
        let key = if named == "handy-whatsapp" {
            "appSecret"
        } else {
            "url"
        };
        self.api
            .edit(&SECRETS, named, |secret| secret["data"][key] = json!(value));
    }

    fn select(&mut self, side: Side, change: impl FnOnce(&mut Value)) {
        person(&mut self.api, &SERVICES, side.name(), |value| {
            change(&mut value["spec"]["selector"]);
        });
    }

    /// Somebody points a Service at another revision's pods.
    fn turn(&mut self, side: Side) {
        let selected = self.api.value(&SERVICES, side.name());
        let selected = selected.map(|service| service["spec"]["selector"][REVISION].clone());
        let other = self
            .api
            .values(&DEPLOYMENTS)
            .map(|each| labels(each, REVISION))
            .find(|each| selected.as_ref().is_none_or(|selected| *selected != **each))
            .map(str::to_owned);
        if let Some(other) = other {
            self.select(side, |selector| selector[REVISION] = json!(other));
        }
    }

    fn deployment_edited(&mut self, index: usize, change: impl FnOnce(&mut Value)) {
        if let Some(found) = nth(self.api.values(&DEPLOYMENTS), index) {
            person(&mut self.api, &DEPLOYMENTS, &found, |value| {
                change(&mut value["spec"]);
            });
        }
    }

    /// Something of somebody else has one of our names.
    fn foreign(&mut self, index: usize) {
        let (kind, named): (&'static Kind, _) = match index % 4 {
            0 => (&SERVICES, "handy".to_owned()),
            1 => (&SERVICES, "handy-preview".to_owned()),
            2 => (&SECRETS, "handy-internal".to_owned()),
            _ => {
                let record = self.api.values(&super::api_server::RECORDS).next();
                let revision = record.map_or("0123456789", |record| labels(record, REVISION));
                (
                    &DEPLOYMENTS,
                    format!("handy-{}-{revision}", Color::Green.as_str()),
                )
            }
        };
        let body = json!({
            "metadata": {"name": named},
            "spec": {"selector": {"app": "else"}, "template": {"metadata": {"labels": {"app": "else"}}}, "replicas": 0},
        });
        if self.api.create(kind, body, self.now).is_ok() {
            self.witness.foreign = true;
        }
    }
}

fn nth<'a>(mut values: impl Iterator<Item = &'a Value>, index: usize) -> Option<String> {
    let first = values.next()?;
    let mut all: Vec<_> = values.map(name).collect();
    all.push(name(first));
    debug_assert!(!uid(first).is_empty());
    Some(all[index % all.len()].to_owned())
}

/// A person's edit, with all that the server makes of it.
fn person(api: &mut ApiServer, kind: &'static Kind, named: &str, change: impl FnOnce(&mut Value)) {
    if let Some(mut next) = api.value(kind, named).cloned() {
        change(&mut next);
        let _ = api.replace(kind, named, next, false, PERSON);
    }
}
