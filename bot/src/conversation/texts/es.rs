//! Spanish, as spoken in Mexico.

use super::{FOOTER, ServiceText, Texts, booking, requests};
use crate::domain::{CancelReason, RequestStatus, ServiceType};

pub(super) const TEXTS: Texts = Texts {
    footer: FOOTER,
    welcome: "👋 ¡Te damos la bienvenida a *Handy*! Te ayudo a encontrar a alguien de confianza \
              cerca de ti. Escribe *ayuda* cuando la necesites, o *registrar proveedor* para ofrecer tus \
              servicios.",
    choose_service: "¿Qué servicio necesitas?",
    open_list: "Ver servicios",
    service: |service| match service {
        ServiceType::Plumbing => ServiceText {
            title: "Plomería",
            description: "Fugas, tuberías, llaves y desagües",
        },
        ServiceType::Electrical => ServiceText {
            title: "Electricidad",
            description: "Cableado, luces, contactos y fusibles",
        },
        ServiceType::Cleaning => ServiceText {
            title: "Limpieza",
            description: "Casas y oficinas, una vez o con regularidad",
        },
        ServiceType::Gardening => ServiceText {
            title: "Jardinería",
            description: "Pasto, plantas, setos y árboles",
        },
        ServiceType::Repair => ServiceText {
            title: "Reparaciones",
            description: "Muebles, puertas, paredes y aparatos",
        },
        ServiceType::Other => ServiceText {
            title: "Otro trabajo",
            description: "Cualquier otra cosa para tu hogar",
        },
    },
    greeting: |name| format!("👋 ¡Hola, {name}! Aquí *Handy*, ¿en qué te ayudo?"),
    new_service: "Nuevo servicio",
    my_requests: "Mis solicitudes",
    help_button: "Ayuda",
    cancel_button: "Cancelar",
    ask_name: |service| format!("*{service}*, perfecto. ¿Cómo te llamas?"),
    name_too_short: "Es muy corto para un nombre. Escribe al menos 2 letras.",
    name_too_long: "Es muy largo para un nombre. Usa 100 caracteres como máximo.",
    name_too_few_letters: "Un nombre lleva al menos 2 letras. Escribe tu nombre, por favor.",
    type_name: "Escribe tu nombre en un mensaje de texto, por favor.",
    no_requests: "Aún no tienes solicitudes. Escribe *menú* para pedir un servicio.",
    not_understood: "Perdón, no entendí.",
    option_expired: "Lo siento, esa opción ya venció.",
    cancelled: "Cancelado. No se reservó nada.",
    nothing_to_cancel: "No hay nada que cancelar.",
    not_available: "Lo siento, eso no está disponible para ti.",
    alerts_stopped: "Listo. Ya no te enviaré avisos de proveedores disponibles.",
    choose: "¿Qué quieres hacer?",
    which_request: "¿A cuál solicitud te refieres?",
    open_requests: "Ver solicitudes",
    months: [
        "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic",
    ],
    status: |status, reason| match (status, reason) {
        (RequestStatus::Created, _) => "en espera de respuesta",
        (RequestStatus::Searching, _) => "buscando proveedor",
        (RequestStatus::ProviderAssigned, _) => "aceptada",
        (RequestStatus::Completed, _) => "completada",
        (RequestStatus::Cancelled, Some(CancelReason::Timeout)) => "vencida sin respuesta",
        (RequestStatus::Cancelled, _) => "cancelada",
    },
    provider_help: "Esto puedes escribir:\n\
                    *menú* – tu menú de proveedor\n\
                    *conectar* / *desconectar* – recibir ofertas o hacer una pausa\n\
                    *mis solicitudes* – tus ofertas y trabajos\n\
                    *aceptar* / *rechazar* – contestar una oferta\n\
                    *chat* – hablar con tu cliente\n\
                    *completar* – un trabajo está listo\n\
                    *mis estadísticas*, *ajustes*\n\
                    *modo cliente* – pedir un servicio para ti\n\
                    *cancelar* – dejar lo que estamos haciendo\n\
                    *ayuda* – este mensaje",
    help: "Esto puedes escribir:\n\
           *menú* – elegir un servicio\n\
           *mis solicitudes* – ver lo que has pedido\n\
           *chat* – hablar con tu proveedor\n\
           *cancelar* – dejar lo que estamos haciendo o cancelar una solicitud\n\
           *baja* – no recibir avisos de proveedores disponibles\n\
           *registrar proveedor* – ofrecer tus servicios\n\
           *ayuda* – este mensaje",
    help_contact: |contact| format!("Para hablar con una persona: {contact}"),
    provider: super::provider::es::TEXTS,
    jobs: super::jobs::es::TEXTS,
    chat: super::chat::es::TEXTS,
    rating: super::rating::es::TEXTS,
    choose_service_named: |name| format!("¿Qué servicio necesitas, {name}?"),
    provider_mode_hint: "Escribe *modo proveedor* para ver tus ofertas y trabajos.",
    booking: booking::ES,
    requests: requests::ES,
};
