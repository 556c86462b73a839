//! What an image does when it is started. Its tag says it, so that every story names it.

/// How a program behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behaviour {
    Good,
    /// Can't be pulled.
    Missing,
    /// Ends at its start.
    Crashing,
    /// Never becomes ready.
    Slow,
    /// The smoke gate finds a fault.
    Refused,
    /// The smoke gate ends well and says nothing.
    Silent,
    /// The smoke gate never ends.
    Hanging,
    /// Its migration fails.
    Unmigratable,
    /// Its migration never ends.
    Stuck,
    /// Ends once it serves.
    Treacherous,
    /// Loses its readiness once it serves.
    Fainting,
}

impl Behaviour {
    const ALL: [(Self, &'static str); 11] = [
        (Self::Good, "good"),
        (Self::Missing, "missing"),
        (Self::Crashing, "crashing"),
        (Self::Slow, "slow"),
        (Self::Refused, "refused"),
        (Self::Silent, "silent"),
        (Self::Hanging, "hanging"),
        (Self::Unmigratable, "unmigratable"),
        (Self::Stuck, "stuck"),
        (Self::Treacherous, "treacherous"),
        (Self::Fainting, "fainting"),
    ];
}

/// An image: how it behaves, and how many migrations its schema has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) behaviour: Behaviour,
    pub(super) schema: usize,
}

/// What people deploy: by number, so that a story can be replayed.
pub(super) const IMAGES: [&str; 16] = [
    "bot:good-1",
    "bot:good-2",
    "bot:good-3",
    "bot:good-4",
    "bot:missing-2",
    "bot:crashing-2",
    "bot:slow-3",
    "bot:refused-3",
    "bot:silent-2",
    "bot:hanging-4",
    "bot:unmigratable-5",
    "bot:stuck-5",
    "bot:treacherous-3",
    "bot:fainting-4",
    "bot:good-6",
    "bot:treacherous-5",
];

impl Image {
    /// Reads a tag.
    pub(super) fn of(reference: &str) -> Self {
        let tag = reference.rsplit(':').next().unwrap_or_default();
        let (word, schema) = tag.rsplit_once('-').unwrap_or((tag, "0"));
        let known = Behaviour::ALL.iter().find(|(_, name)| *name == word);
        Self {
            behaviour: known.map_or(Behaviour::Good, |(behaviour, _)| *behaviour),
            schema: schema.parse().unwrap_or(0),
        }
    }
}
