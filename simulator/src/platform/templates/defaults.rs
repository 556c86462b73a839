//! Handy's own templates, in English and Spanish.

use super::{Template, TemplateStatus};

/// Name, then text and button labels in English and in Spanish.
type Row = (
    &'static str,
    (&'static str, &'static [&'static str]),
    (&'static str, &'static [&'static str]),
);

const TEMPLATES: [Row; 7] = [
    (
        "handy_new_request",
        (
            "New request: {{1}} for {{2}} at {{3}}. Please answer within {{4}} minutes.",
            &["Accept", "Decline"],
        ),
        (
            "Nueva solicitud: {{1}} para {{2}} en {{3}}. Responde en {{4}} minutos, por favor.",
            &["Aceptar", "Rechazar"],
        ),
    ),
    (
        "handy_request_accepted",
        ("{{1}} accepted your request.", &["Start chat"]),
        ("{{1}} aceptó tu solicitud.", &["Iniciar chat"]),
    ),
    (
        "handy_request_update",
        (
            "News about your {{1}} request: {{2}}",
            &["See other providers"],
        ),
        ("Novedades de tu solicitud de {{1}}: {{2}}", &["Ver otros"]),
    ),
    (
        "handy_job_update",
        ("News about your {{1}} job: {{2}}", &[]),
        ("Novedades de tu trabajo de {{1}}: {{2}}", &[]),
    ),
    (
        "handy_chat_waiting",
        (
            "{{1}} wrote to you. Tap to read and answer.",
            &["Open chat"],
        ),
        (
            "{{1}} te escribió. Toca para leer y responder.",
            &["Abrir chat"],
        ),
    ),
    (
        "handy_rate_service",
        (
            "How was it with {{1}}? Your rating helps others.",
            &["Poor", "OK", "Great"],
        ),
        (
            "¿Cómo te fue con {{1}}? Tu calificación ayuda a otros.",
            &["Mal", "Regular", "Excelente"],
        ),
    ),
    (
        "handy_provider_available",
        (
            "Good news: somebody for {{1}} is available now.",
            &["See providers"],
        ),
        (
            "Buenas noticias: ya hay alguien disponible para {{1}}.",
            &["Ver opciones"],
        ),
    ),
];

/// Each template in each language.
pub(super) fn all() -> impl Iterator<Item = Template> {
    TEMPLATES.iter().flat_map(|(name, english, spanish)| {
        [("en", english), ("es", spanish)].map(|(language, (body, buttons))| Template {
            name: (*name).to_owned(),
            language: language.to_owned(),
            body: (*body).to_owned(),
            footer: None,
            buttons: buttons.iter().map(|label| (*label).to_owned()).collect(),
            status: TemplateStatus::Approved,
        })
    })
}
