//! What can go wrong in a pass, and how that is counted and answered.

use crate::work;

/// A failure of a pass. What the user did wrong is no failure but a state, with one exception: a taken name.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API server refused or did not answer.
    #[error("can't {verb} {kind} {name}")]
    Api {
        /// What was tried.
        verb: &'static str,
        /// On what kind.
        kind: &'static str,
        /// On which object.
        name: String,
        /// Why not.
        #[source]
        source: kube::Error,
    },
    /// An object of the name that we need exists, and is not ours.
    #[error("{kind} {name} exists and belongs to someone else")]
    NameTaken {
        /// Its kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// What an act was decided on is gone; the next pass sees what is there.
    #[error("{kind} {name} is gone")]
    Gone {
        /// Its kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A snapshot is gone with all that it could be made from.
    #[error("Secret {name} is gone, and so is what it was copied from")]
    SnapshotLost {
        /// Its name.
        name: String,
    },
    /// A Deployment that is to be deleted is selected by a Service.
    #[error("Service {service} selects Deployment {name}")]
    InUse {
        /// The Deployment.
        name: String,
        /// The Service.
        service: String,
    },
    /// The work could not be moved.
    #[error("the work can't be moved to revision {revision}")]
    Work {
        /// The revision.
        revision: String,
        /// Why not.
        #[source]
        source: work::Error,
    },
    /// Another installation of the operator looks after the resource.
    #[error(
        "the resource is claimed by the installation with the lease {by}: uninstall one of them, or take the annotation ubermench.io/claimed-by off"
    )]
    Claimed {
        /// Its lease.
        by: String,
    },
    /// A record of ours is missing or can't be read: it was edited by hand.
    #[error("ControllerRevision {name} is missing or can't be read")]
    Record {
        /// Its name.
        name: String,
    },
    /// An object without a namespace, which a namespaced kind never is.
    #[error("the object has no namespace or UID")]
    Unnamed,
}

/// Kinds of failure, as metric label and log field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// Someone else wrote first; the next pass sees it.
    Conflict,
    /// The operator lacks a right, or the namespace is going away.
    Forbidden,
    /// Another answer of the API server, or none.
    Api,
    /// A name is taken.
    NameTaken,
    /// The work fence.
    Work,
    /// Another installation looks after it.
    Claimed,
    /// An object that makes no sense.
    Object,
}

impl Category {
    /// As it stands in labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Forbidden => "forbidden",
            Self::Api => "api",
            Self::NameTaken => "name_taken",
            Self::Work => "work",
            Self::Claimed => "claimed",
            Self::Object => "object",
        }
    }
}

impl Error {
    /// Its kind.
    pub fn category(&self) -> Category {
        match self {
            Self::Api {
                source: kube::Error::Api(status),
                ..
            } if status.is_conflict() || status.is_not_found() => Category::Conflict,
            Self::Api {
                source: kube::Error::Api(status),
                ..
            } if status.is_forbidden() => Category::Forbidden,
            Self::Api { .. } => Category::Api,
            Self::Gone { .. } | Self::InUse { .. } => Category::Conflict,
            Self::NameTaken { .. } => Category::NameTaken,
            Self::Work { .. } => Category::Work,
            Self::Claimed { .. } => Category::Claimed,
            Self::Record { .. } | Self::SnapshotLost { .. } | Self::Unnamed => Category::Object,
        }
    }

    /// The clause and its causes, for one line of a log.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(next) = cause {
            text.push_str(": ");
            text.push_str(&next.to_string());
            cause = next.source();
        }
        text
    }
}

/// Says what was being done when a call to the API server failed.
pub(crate) trait During<T> {
    /// `verb` on the object `name` of `kind`.
    fn during(self, verb: &'static str, kind: &'static str, name: &str) -> Result<T, Error>;
}

impl<T> During<T> for Result<T, kube::Error> {
    fn during(self, verb: &'static str, kind: &'static str, name: &str) -> Result<T, Error> {
        self.map_err(|source| Error::Api {
            verb,
            kind,
            name: name.to_owned(),
            source,
        })
    }
}
