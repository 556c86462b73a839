//! Spanish, as spoken in Mexico.

use super::ChatTexts;
use crate::conversation::{MediaKind, Side};

pub(in crate::conversation::texts) const TEXTS: ChatTexts = ChatTexts {
    started: |other, side| {
        let commands = match side {
            Side::Customer => "Escribe *cerrar chat* para salir.",
            Side::Provider => {
                "Escribe *cerrar chat* para salir, o *completar* cuando el trabajo esté listo."
            }
        };
        format!(
            "💬 Ya estás en contacto con *{other}*. Lo que escribas aquí le llega; \
             nadie ve tu número.\n\n{commands}"
        )
    },
    already: |other| {
        format!("Ya estás en contacto con *{other}*. Solo escribe, o pon *cerrar chat* para salir.")
    },
    end_first: "Estás en un chat, así que lo que escribas le llega a la otra persona. \
                Escribe primero *cerrar chat* y luego toca el botón otra vez.",
    busy: |other| format!("*{other}* está en otro chat en este momento. Te aviso cuando termine."),
    free: |other| format!("💬 *{other}* ya puede chatear."),
    none: "No tienes ningún chat activo.",
    not_accepted: "Podrás chatear en cuanto el proveedor acepte la solicitud.",
    over: "Esta solicitud ya terminó, así que ya no tiene chat.",
    ended_by_other: |other| {
        format!("💬 *{other}* cerró el chat. La solicitud sigue igual; pueden volver a chatear.")
    },
    ended_by_self: |other| format!("💬 Cerraste el chat con *{other}*. La solicitud sigue igual."),
    ended_idle: |other| {
        format!(
            "💬 El chat con *{other}* se cerró porque nadie escribió en un buen rato. \
             La solicitud sigue igual."
        )
    },
    ended_with_request: |other| format!("💬 El chat con *{other}* está cerrado."),
    closed: "💬 El chat está cerrado.",
    start: "Iniciar chat",
    cannot_forward: "Lo siento, este tipo de mensaje no se puede reenviar. Sí se pueden textos, \
                     fotos, videos, archivos, notas de voz, contactos y ubicaciones.",
    no_files: "Lo siento, por ahora no se pueden reenviar archivos. Descríbelo con palabras, \
               por favor.",
    not_delivered: |other| format!("⚠️ No se pudo entregar tu mensaje a *{other}*."),
    file_failed: |other| {
        format!("⚠️ No se pudo reenviar tu archivo a *{other}*. Puede que sea muy grande.")
    },
    file_lost: "⚠️ Te enviaron un archivo, pero no se pudo reenviar.",
    held: |other| {
        format!(
            "*{other}* no ha estado por aquí en un rato. Ya le avisé; tus mensajes le llegarán \
             cuando responda."
        )
    },
    someone: "la otra persona",
    place: "📍 Ubicación",
    contacts: |count| {
        if count == 1 {
            "👥 Contacto"
        } else {
            "👥 Contactos"
        }
    },
    file: |kind| match kind {
        MediaKind::Image => "📷 Foto",
        MediaKind::Audio => "🎤 Audio",
        MediaKind::Video => "🎬 Video",
        MediaKind::Document => "📄 Documento",
        MediaKind::Sticker => "🎨 Calcomanía",
    },
};
