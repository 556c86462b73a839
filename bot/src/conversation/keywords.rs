//! Words that mean something when they are the whole message, in both languages always.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::ServiceType;

/// Longer texts are no keyword; so a huge text costs nothing here.
const LONGEST_CHARS: usize = 200;
const IGNORED_AT_ENDS: [char; 11] = ['.', ',', '!', '¡', '?', '¿', '"', '\'', '*', '_', '~'];

/// What a word asks for (§3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Menu,
    Help,
    Cancel,
    Register,
    CustomerMode,
    ProviderMode,
    GoOnline,
    GoOffline,
    MyRequests,
    MyStats,
    Settings,
    Accept,
    Decline,
    Chat,
    Complete,
    EndChat,
    Skip,
    /// Enough services chosen, while registering or editing.
    Done,
    StopAlerts,
}

const KEYWORDS: &[(Keyword, &[&str])] = &[
    (Keyword::Menu, &["menu", "start", "inicio", "empezar"]),
    (Keyword::Help, &["help", "ayuda"]),
    (Keyword::Cancel, &["cancel", "cancelar"]),
    (
        Keyword::Register,
        &["register provider", "registrar proveedor"],
    ),
    (
        Keyword::CustomerMode,
        &["customer mode", "modo cliente", "soy cliente"],
    ),
    (
        Keyword::ProviderMode,
        &["provider mode", "modo proveedor", "soy proveedor"],
    ),
    (
        Keyword::GoOnline,
        &["go online", "online", "conectar", "en linea"],
    ),
    (
        Keyword::GoOffline,
        &["go offline", "offline", "desconectar", "fuera de linea"],
    ),
    (
        Keyword::MyRequests,
        &["my requests", "requests", "mis solicitudes", "solicitudes"],
    ),
    (
        Keyword::MyStats,
        &["my stats", "stats", "mis estadisticas", "estadisticas"],
    ),
    (Keyword::Settings, &["settings", "ajustes", "configuracion"]),
    (
        Keyword::Accept,
        &["accept", "yes", "aceptar", "acepto", "si"],
    ),
    (Keyword::Decline, &["decline", "no", "rechazar"]),
    (Keyword::Chat, &["chat", "start chat", "iniciar chat"]),
    (Keyword::Complete, &["complete", "completar"]),
    (
        Keyword::EndChat,
        &["end chat", "cerrar chat", "terminar chat"],
    ),
    (Keyword::Skip, &["skip", "omitir", "saltar"]),
    (Keyword::Done, &["done", "continue", "listo", "continuar"]),
    (Keyword::StopAlerts, &["stop", "baja"]),
];

const SERVICES: &[(ServiceType, &[&str])] = &[
    (
        ServiceType::Plumbing,
        &[
            "plumbing", "plumber", "pipes", "plomeria", "plomero", "tuberias",
        ],
    ),
    (
        ServiceType::Electrical,
        &[
            "electrical",
            "electrician",
            "electric",
            "wiring",
            "electricidad",
            "electricista",
            "electrico",
        ],
    ),
    (
        ServiceType::Cleaning,
        &["cleaning", "clean", "cleaner", "limpieza", "limpiar"],
    ),
    (
        ServiceType::Gardening,
        &[
            "gardening",
            "garden",
            "gardener",
            "lawn",
            "landscaping",
            "jardineria",
            "jardin",
            "jardinero",
        ],
    ),
    (
        ServiceType::Repair,
        &[
            "repair",
            "handyman",
            "fix",
            "reparacion",
            "reparaciones",
            "arreglo",
        ],
    ),
    (ServiceType::Other, &["other", "otro", "otros"]),
];

/// The keyword that a whole message is.
pub(super) fn keyword(text: &str) -> Option<Keyword> {
    find(KEYWORDS, text)
}

/// The service that a whole message names.
pub(super) fn service(text: &str) -> Option<ServiceType> {
    find(SERVICES, text)
}

fn find<T: Copy>(table: &[(T, &[&str])], text: &str) -> Option<T> {
    let typed = normalise(text)?;
    table
        .iter()
        .find(|(_, words)| words.contains(&typed.as_str()))
        .map(|(meaning, _)| *meaning)
}

/// Trims blanks and sentence marks, collapses spaces, ignores case and accents.
fn normalise(text: &str) -> Option<String> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || IGNORED_AT_ENDS.contains(&c));
    if trimmed.chars().nth(LONGEST_CHARS).is_some() {
        return None;
    }
    let plain: String = trimmed
        .to_lowercase()
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .collect();
    Some(plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Every word that means something.
#[cfg(test)]
pub(super) fn all_words() -> Vec<String> {
    let keywords = KEYWORDS.iter().flat_map(|(_, words)| *words);
    let services = SERVICES.iter().flat_map(|(_, words)| *words);
    keywords
        .chain(services)
        .map(|word| (*word).to_owned())
        .collect()
}

#[cfg(test)]
mod tests;
