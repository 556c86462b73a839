//! Spanish, as spoken in Mexico.

use super::RatingTexts;

pub(in crate::conversation::texts) const TEXTS: RatingTexts = RatingTexts {
    ask_customer: |service, provider| {
        format!("🎉 *{service}* quedó listo. ¿Cómo te fue con *{provider}*?")
    },
    how_was: |provider| format!("¿Cómo te fue con *{provider}*?"),
    ask_provider: |service, customer| {
        format!("*{service}* quedó listo. ¿Cómo te fue con tu cliente *{customer}*?")
    },
    poor: "Mal",
    ok: "Regular",
    great: "Excelente",
    how_poor: "Lamento oír eso. ¿Cuántas estrellas le das?",
    how_great: "¡Qué gusto! ¿Cuántas estrellas le das?",
    stars: |stars| match stars {
        1 => "⭐ 1 estrella",
        2 => "⭐ 2 estrellas",
        4 => "⭐ 4 estrellas",
        _ => "⭐ 5 estrellas",
    },
    skip: "Omitir",
    ask_comment: |stars| {
        format!(
            "{stars}/5, anotado. ¿Quieres agregar un comentario? Escríbelo, o escribe *omitir*."
        )
    },
    comment_too_long: "Es un poco largo. Usa 500 caracteres como máximo, o escribe *omitir*.",
    type_comment: "Escribe tu comentario en un mensaje de texto, o escribe *omitir*.",
    thanks: |stars| format!("🙏 Gracias por tu calificación: {stars}/5"),
    no_rating: "De acuerdo, esta vez sin calificación.",
    already: "Ya habías calificado este servicio. ¡Gracias!",
    too_late: "Se puede calificar durante 30 días, y ya pasaron.",
    not_done: "Podrás calificar cuando el trabajo esté completado.",
};
