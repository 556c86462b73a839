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
mod tests {
    use super::*;

    #[test]
    fn keywords_are_found_however_they_are_written() {
        let cases = [
            ("menu", Some(Keyword::Menu)),
            ("MENÚ!", Some(Keyword::Menu)),
            ("  ¡Menú! ", Some(Keyword::Menu)),
            ("*start*", Some(Keyword::Menu)),
            ("Inicio.", Some(Keyword::Menu)),
            ("empezar", Some(Keyword::Menu)),
            ("¿ayuda?", Some(Keyword::Help)),
            ("\"help\"", Some(Keyword::Help)),
            ("men\u{75}\u{301}", Some(Keyword::Menu)),
            ("_Cancelar_", Some(Keyword::Cancel)),
            ("cancel", Some(Keyword::Cancel)),
            ("menu please", None),
            ("men u", None),
            ("", None),
            ("!!!", None),
        ];
        for (text, expected) in cases {
            assert_eq!(keyword(text), expected, "{text}");
        }
    }

    #[test]
    fn services_are_found_in_both_languages() {
        let cases = [
            ("Plumber", Some(ServiceType::Plumbing)),
            ("tuberías", Some(ServiceType::Plumbing)),
            ("ELÉCTRICO", Some(ServiceType::Electrical)),
            ("limpieza!", Some(ServiceType::Cleaning)),
            ("Jardín", Some(ServiceType::Gardening)),
            ("handyman", Some(ServiceType::Repair)),
            ("reparación", Some(ServiceType::Repair)),
            ("otro", Some(ServiceType::Other)),
            ("a plumber", None),
        ];
        for (text, expected) in cases {
            assert_eq!(service(text), expected, "{text}");
        }
    }

    #[test]
    fn words_in_the_tables_are_in_normal_form_and_mean_one_thing() {
        let keywords = KEYWORDS.iter().flat_map(|(_, words)| *words);
        let services = SERVICES.iter().flat_map(|(_, words)| *words);
        let mut all: Vec<&str> = keywords.chain(services).copied().collect();
        for word in &all {
            assert_eq!(normalise(word).as_deref(), Some(*word));
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        // "menu" serves both languages and stands in the table once.
        assert_eq!(all.len(), count);
        assert_eq!(SERVICES.len(), ServiceType::ALL.len());
    }
}
