//! Spanish, as spoken in Mexico.

use super::JobTexts;

pub(in crate::conversation::texts) const TEXTS: JobTexts = JobTexts {
    offer: |service, customer| format!("🔔 Nueva solicitud: *{service}*\nCliente: {customer}"),
    address: |address| format!("📍 {address}"),
    description: |description| format!("📝 {description}"),
    map: |link| format!("🗺️ {link}"),
    minutes: |minutes| match minutes {
        1 => "¿La tomas? Responde en 1 minuto, por favor.".to_owned(),
        _ => format!("¿La tomas? Responde en {minutes} minutos, por favor."),
    },
    accept: "Aceptar",
    decline: "Rechazar",
    accepted: |service, customer| format!("✅ El trabajo es tuyo: *{service}* para {customer}."),
    what_next: "Escribe *completar* cuando quede listo. Si ya no puedes hacerlo, déjalo en *mis solicitudes*.",
    chat_customer: "Chatear con cliente",
    complete: "Completar",
    declined: |service, customer| format!("Rechazaste *{service}* para {customer}."),
    expired: |service, customer| {
        format!(
            "⏰ La solicitud *{service}* de {customer} venció: se acabó el tiempo para responder."
        )
    },
    expired_short: "se acabó el tiempo para responder",
    no_longer: |service, customer| {
        format!("La solicitud *{service}* de {customer} ya no está disponible.")
    },
    already_accepted: |service, customer| {
        format!("Ya habías aceptado *{service}* para {customer}; el trabajo es tuyo.")
    },
    already_declined: |service, customer| {
        format!("Ya habías rechazado *{service}* para {customer}.")
    },
    already_completed: |service, customer| {
        format!("*{service}* para {customer} ya está completado.")
    },
    use_give_up: |service, customer| {
        format!(
            "Ya aceptaste *{service}* para {customer}. Si quieres dejar el trabajo, escribe \
             *mis solicitudes*, ábrelo y elige *Dejar trabajo*."
        )
    },
    cancelled: |service, customer| {
        format!("❌ {customer} canceló la solicitud *{service}*. Ya no tienes que hacer nada.")
    },
    cancelled_short: "el cliente canceló la solicitud",
    cancelled_by_admin: |service, customer| {
        format!("❌ El equipo de Handy canceló la solicitud *{service}* de {customer}.")
    },
    cancelled_by_admin_short: "el equipo de Handy canceló la solicitud",
    ask_release: |service, customer| {
        format!("¿De verdad quieres dejar *{service}* para {customer}?")
    },
    release: "Dejar trabajo",
    keep: "Conservarlo",
    released: |service, customer| {
        format!("Dejaste *{service}* para {customer}. Ya le avisamos y puede elegir a alguien más.")
    },
    kept: |service, customer| format!("👍 *{service}* para {customer} sigue siendo tu trabajo."),
    completed: |service, customer| {
        format!("🎉 *{service}* para {customer} quedó completado. ¡Bien hecho!")
    },
    completed_by_admin: |service, customer| {
        format!("🎉 El equipo de Handy marcó *{service}* para {customer} como completado.")
    },
    completed_short: "el trabajo quedó completado",
    not_assigned: |service, customer| {
        format!("*{service}* para {customer} no es un trabajo tuyo en este momento.")
    },
};
