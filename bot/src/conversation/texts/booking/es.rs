//! Spanish, as spoken in Mexico.

use super::BookingTexts;

pub(super) const TEXTS: BookingTexts = BookingTexts {
    registered: |name| format!("¡Mucho gusto, {name}!"),
    providers: |service| {
        format!("Estas personas te pueden ayudar con *{service}*. ¿A quién prefieres?")
    },
    open_providers: "Ver proveedores",
    unrated: "Nuevo",
    jobs: |count| match count {
        1 => "1 trabajo".to_owned(),
        _ => format!("{count} trabajos"),
    },
    no_provider: |service| {
        format!(
            "Lo siento, por ahora no hay nadie disponible para *{service}*. \
             Puedes probar otro servicio o volver un poco más tarde."
        )
    },
    nobody_else: |service| {
        format!(
            "Lo siento, por ahora no hay nadie más disponible para *{service}*. \
             Puedes probar otro servicio o volver un poco más tarde."
        )
    },
    try_another: "Otro servicio",
    notify_me: "Avísame",
    will_notify: |service| {
        format!(
            "¡Listo! Te escribo en cuanto haya alguien disponible para *{service}*, \
             durante los próximos 7 días. Escribe *baja* si cambias de opinión."
        )
    },
    gone: "Lo siento, esa persona ya no está disponible.",
    reviews: "Lo que dicen sus clientes:",
    no_comment: "sin comentario",
    somebody: "un cliente",
    card_question: |name| format!("¿Quieres reservar con {name}?"),
    book: "Reservar",
    back: "Volver a la lista",
    ask_address: |service| {
        format!(
            "¿Dónde necesitas *{service}*? Escribe la dirección o comparte una ubicación con 📎."
        )
    },
    address_too_short: "Es muy corta para una dirección. Escribe calle, número y colonia.",
    address_too_long: "Es muy larga para una dirección. Usa 255 caracteres como máximo.",
    address_needed: "Escribe la dirección en un texto o comparte una ubicación con 📎, por favor.",
    ask_description: "¿Qué hay que hacer? Descríbelo en pocas palabras o escribe *omitir*.",
    description_too_long: "Es un poco largo. Redúcelo a 500 caracteres como máximo, o escribe *omitir*.",
    description_needed: "Escribe qué hay que hacer, por favor, o escribe *omitir*.",
    too_many_open: "Ya tienes 3 solicitudes abiertas. \
                    Termina o cancela una antes de pedir otra.",
    already_booked: |name| {
        format!(
            "Ya tienes una solicitud abierta con {name}. \
             Termínala o cancélala primero, o elige a otra persona."
        )
    },
    booked: |service, provider, minutes| {
        let answer = if minutes == 1 {
            "en un minuto".to_owned()
        } else {
            format!("en {minutes} minutos")
        };
        format!(
            "✅ Envié tu solicitud de *{service}* a *{provider}*. \
             Te aviso a más tardar {answer}."
        )
    },
    address: "Dirección",
    description: "Detalles",
};
