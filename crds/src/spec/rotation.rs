//! How changes of Secrets and ConfigMaps become revisions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How changes of Secrets and ConfigMaps become revisions. A change here is not a new revision.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct SecretRotation {
    /// Seconds without a further change after which changed Secrets and ConfigMaps are released, so that several edits
    /// make one revision; six times as long at most. An edit of the resource waits only while such a change settles; one
    /// back to what serves, or to the warm revision, never. 0 to 300, default 5.
    #[serde(default = "settle_seconds")]
    #[schemars(range(min = 0, max = 300))]
    pub settle_seconds: i64,
}

impl Default for SecretRotation {
    fn default() -> Self {
        Self {
            settle_seconds: settle_seconds(),
        }
    }
}

const fn settle_seconds() -> i64 {
    5
}
