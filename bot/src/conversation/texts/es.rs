//! Spanish, as spoken in Mexico.

use super::{ServiceText, Texts};
use crate::domain::ServiceType;

pub(super) const TEXTS: Texts = Texts {
    welcome: "👋 ¡Te damos la bienvenida a *Handy*! Te ayudo a encontrar a alguien de confianza \
              cerca de ti. Escribe *ayuda* cuando la necesites.",
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
            title: "Otro",
            description: "Cualquier otra cosa para tu hogar",
        },
    },
    greeting: |name| format!("👋 ¡Hola, {name}! Aquí *Handy*, ¿en qué te ayudo?"),
    new_service: "Nuevo servicio",
    my_requests: "Mis solicitudes",
    help_button: "Ayuda",
    try_another: "Otro servicio",
    cancel_button: "Cancelar",
    ask_name: |service| format!("*{service}*, perfecto. ¿Cómo te llamas?"),
    name_too_short: "Es muy corto para un nombre. Escribe al menos 2 letras.",
    name_too_long: "Es muy largo para un nombre. Usa 100 caracteres como máximo.",
    name_too_few_letters: "Un nombre lleva al menos 2 letras. Escribe tu nombre, por favor.",
    type_name: "Escribe tu nombre en un mensaje de texto, por favor.",
    registered: |name| format!("¡Mucho gusto, {name}!"),
    no_provider: |service| {
        format!(
            "Lo siento, por ahora no hay nadie disponible para *{service}*. \
             Puedes probar otro servicio o volver un poco más tarde."
        )
    },
    no_requests: "Aún no tienes solicitudes. Escribe *menú* para pedir un servicio.",
    not_understood: "Perdón, no entendí.",
    option_expired: "Lo siento, esa opción ya venció.",
    cancelled: "Cancelado. No se reservó nada.",
    nothing_to_cancel: "No hay nada que cancelar.",
    help: "Esto puedes escribir en cualquier momento:\n\
           *menú* – elegir un servicio\n\
           *cancelar* – dejar lo que estamos haciendo\n\
           *ayuda* – este mensaje",
    help_contact: |contact| format!("Para hablar con una persona: {contact}"),
};
