//! What is seen of pods.

use jiff::Timestamp;
use serde::Deserialize;
use ubermench_crds::LatencyCount;

/// A pod that is not being deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// Its `Ready` condition.
    pub ready: bool,
    /// Since when that is so.
    pub since: Option<Timestamp>,
    /// Evidence that it will not get well by waiting.
    pub trouble: Option<Trouble>,
    /// What is to be told of it if it is not ready: the end of its last run, if it had one, and its log.
    pub last: Trouble,
    /// How often its container started anew.
    pub restarts: i32,
    /// What it counted since its start, where it was asked and answered.
    pub counts: Option<Counts>,
}

/// What a pod tells of itself, counted since its container started.
#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Webhooks answered and turns of conversations made.
    pub samples: i64,
    /// Those that failed.
    pub errors: i64,
    /// Looks at the database in vain; a pod looks, busy or not.
    pub database_errors: i64,
    /// Whether the database answers it now.
    pub database: bool,
    /// How many took how long; those beyond the last bound are in none.
    pub latency: Vec<LatencyCount>,
}

/// Evidence of a failure, from the status of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What kind.
    pub kind: TroubleKind,
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: Option<String>,
    /// Exit code of the container's last run.
    pub exit_code: Option<i32>,
    /// What Kubernetes or the program said.
    pub message: String,
    /// The last lines of its log.
    pub log: Vec<String>,
}

/// Kinds of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// The image can't be had.
    ImagePull,
    /// The container can't be made: a missing Secret, a wrong user.
    ContainerConfig,
    /// The program ended.
    Crash,
    /// Kubernetes ended it, since its Job took longer than it may.
    Deadline,
    /// The program can't run on the schema: something that it may need was taken away for a newer one.
    SchemaTooNew,
}
