//! The words that say why: in conditions, transitions, Events, failures, answers to actions, and metrics.

macro_rules! reasons {
    ($($name:ident),* $(,)?) => {
        /// Reasons of transitions, failures, conditions and answers, as they stand in status, Events and metrics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(
            missing_docs,
            reason = "each is explained by its own name, and for users in docs/operator.md"
        )]
        pub enum Reason {
            $($name),*
        }

        impl Reason {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            /// As it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name)),*
                }
            }
        }
    };
}

reasons! {
    Aborted,
    AlreadyApproved,
    AlreadyAskedFor,
    ApprovalTimedOut,
    Approved,
    AwaitingApproval,
    Baked,
    ColdRollback,
    ContainerConfigInvalid,
    CrashLoop,
    DeadlineExceeded,
    ErrorRatio,
    GateFailed,
    GatesPassed,
    ImagePullFailed,
    InProgress,
    InvalidSpec,
    Latency,
    Malformed,
    MigrationFailed,
    MigrationsApplied,
    NameTaken,
    NeverPassed,
    NoWayBack,
    NotAwaited,
    NotReady,
    NothingFailed,
    Paused,
    PodReplaced,
    PodsReady,
    ReadinessLost,
    ReleaseFailed,
    Repeated,
    Retried,
    Reverted,
    RevisionChanged,
    RollbackRequested,
    RolledBack,
    RolledBackByHand,
    SchemaTooNew,
    SecretMissing,
    Settling,
    SnapshotTaken,
    SpecReverted,
    Stale,
    StatusLost,
    Superseded,
    Switched,
    TooFewSamples,
    UnknownRevision,
    UpToDate,
    Waiting,
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn every_reason_is_explained_to_users() {
        let manual = include_str!("../../../docs/operator.md");
        let silent: Vec<_> = Reason::ALL
            .iter()
            .map(|reason| reason.as_str())
            .filter(|reason| !manual.contains(&format!("`{reason}`")))
            .collect();
        assert!(silent.is_empty(), "not in docs/operator.md: {silent:?}");
    }
}
