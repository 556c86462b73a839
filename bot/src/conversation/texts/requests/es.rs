//! Spanish, as spoken in Mexico.

use super::{Happening, RequestTexts};
use crate::domain::AssignmentStatus;

pub(super) const TEXTS: RequestTexts = RequestTexts {
    cancel_request: "Cancelar solicitud",
    greeting: |name| {
        format!("👋 ¡Hola, {name}! Aquí *Handy*. Esta es tu solicitud abierta más reciente:")
    },
    my_requests: "Estas son tus solicitudes. Elige una para ver los detalles.",
    provider: "Proveedor",
    customer: "Cliente",
    address: "Dirección",
    date: "Fecha",
    description: "Detalles",
    your_answer: |status| match status {
        AssignmentStatus::Pending => "espera tu respuesta",
        AssignmentStatus::Accepted => "aceptada",
        AssignmentStatus::Rejected => "la rechazaste",
        AssignmentStatus::Cancelled => "ya no está contigo",
    },
    see_others: "Ver otros",
    see_providers: "Ver proveedores",
    ask_cancel: |service, provider| match provider {
        Some(provider) => {
            format!("¿Seguro que cancelas tu solicitud de *{service}* con {provider}?")
        }
        None => format!("¿Seguro que cancelas tu solicitud de *{service}*?"),
    },
    cancel_confirm: "Sí, cancelar",
    cancel_keep: "No, conservarla",
    kept: "De acuerdo, no se canceló nada.",
    cancelled: |service, provider| match provider {
        Some(provider) => {
            format!("Tu solicitud de *{service}* quedó cancelada y {provider} recibirá el aviso.")
        }
        None => format!("Tu solicitud de *{service}* quedó cancelada."),
    },
    chat_closed: "El chat se cerró.",
    accepted: |service, provider| {
        format!(
            "🎉 ¡*{provider}* aceptó tu solicitud de *{service}*! \
             Pueden ponerse de acuerdo en el chat."
        )
    },
    happened: |happening| match happening {
        Happening::Declined => "el proveedor la rechazó",
        Happening::TimedOut => "el proveedor no contestó a tiempo y la solicitud venció",
        Happening::Undeliverable => "no pudimos contactar al proveedor",
        Happening::Released => "el proveedor ya no puede hacer el trabajo",
        Happening::CancelledByAdmin => "nuestro equipo de soporte la canceló",
        Happening::Abandoned => "se canceló porque en un día no elegiste a nadie",
    },
    update: |service, happened| format!("Sobre tu solicitud de *{service}*: {happened}."),
    choose_other: "¿Quieres elegir a otra persona? Tu dirección se conserva.",
    available: |service| {
        format!("🔔 ¡Buenas noticias! Ya hay alguien disponible para *{service}*.")
    },
};
