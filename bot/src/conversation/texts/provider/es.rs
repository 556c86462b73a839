//! Spanish, as spoken in Mexico.

use super::ProviderTexts;

pub(in crate::conversation::texts) const TEXTS: ProviderTexts = ProviderTexts {
    ask_name: "🔧 Vamos a crear tu perfil de proveedor en *Handy*. ¿Con qué nombre quieres que te \
               vean los clientes?",
    known_as: |name| {
        format!("Como cliente te llamas *{name}*. Escribe ese nombre otra vez o uno distinto.")
    },
    already: "Ya tienes un perfil de proveedor.",
    registration_closed: "Por ahora no estamos registrando nuevos proveedores. Intenta más tarde.",
    how_to_register: "Aún no tienes perfil de proveedor. Escribe *registrar proveedor* para crearlo.",
    choose_services: "¿Qué servicios ofreces? Elige uno; puedes agregar más.",
    toggle_services: "Toca un servicio para agregarlo, o uno con ✓ para quitarlo. Escribe *listo* cuando termines.",
    none_chosen: "Todavía no has elegido ningún servicio. Elige al menos uno.",
    chosen: |services| format!("Elegidos hasta ahora: *{services}*. ¿Agregas otro o continuamos?"),
    add_more: "Agregar otro",
    go_on: "Continuar",
    ask_bio: "¡Ya casi! Cuéntales a los clientes sobre tu trabajo en 10 a 200 caracteres: \
              tu experiencia, lo que mejor haces.",
    bio_too_short: "Es un poco corto. Escribe al menos 10 caracteres sobre tu trabajo.",
    bio_too_long: "Es un poco largo. Usa 200 caracteres como máximo.",
    type_bio: "Escribe unas palabras sobre tu trabajo en un mensaje de texto, por favor.",
    registered: |name, services, bio| {
        format!(
            "✅ Tu perfil está listo.\n\n*{name}*\nServicios: {services}\n{bio}\n\n\
             Estás *fuera de línea*: conéctate cuando quieras recibir solicitudes."
        )
    },
    go_online: "Conectarme",
    go_offline: "Desconectarme",
    settings_button: "Ajustes",
    dashboard_button: "Panel",
    customer_mode: "Modo cliente",
    menu: |name, is_online| {
        let status = if is_online {
            "🟢 Estás *en línea* y recibes solicitudes."
        } else {
            "⚪ Estás *fuera de línea* y no recibes nuevas solicitudes."
        };
        format!(
            "🔧 *{name}*\n{status}\n\n\
             Puedes escribir: *conectar*, *desconectar*, *mis solicitudes*, *mis estadísticas*, \
             *ajustes*, *modo cliente*, *ayuda*."
        )
    },
    hello: |name| format!("¡Hola, {name}! ¿Qué quieres hacer?"),
    is_online: "🟢 Estás en línea. Aquí te llegarán las nuevas solicitudes.",
    is_offline: "⚪ Estás fuera de línea. No te llegarán nuevas solicitudes; tus trabajos siguen \
                 siendo tuyos.",
    disabled: "El equipo de Handy pausó tu perfil, así que por ahora no se puede cambiar. \
               Comunícate con soporte, por favor.",
    paused: "El equipo de Handy pausó tu perfil y retiró las solicitudes que esperaban tu respuesta. \
             Los trabajos que ya aceptaste siguen siendo tuyos.",
    requests: "Tus solicitudes y trabajos:",
    no_requests: "Aún no tienes solicitudes ni trabajos. Conéctate para recibirlos.",
    new: "Nuevo",
    stats: |rating, profile| {
        let status = if profile.is_online {
            "en línea"
        } else {
            "fuera de línea"
        };
        format!(
            "📊 *Tus estadísticas*\nCalificación: {rating}\nCalificaciones recibidas: {}\n\
             Trabajos en total: {}\nTerminados: {}\nEstado: {status}",
            profile.rating_count, profile.total_jobs, profile.total_jobs
        )
    },
    settings: "⚙️ ¿Qué quieres cambiar?",
    edit_bio: "Editar descripción",
    edit_services: "Editar servicios",
    ask_new_bio: |bio| {
        format!("Tu descripción actual:\n_{bio}_\n\nEscribe la nueva, de 10 a 200 caracteres.")
    },
    bio_saved: "✅ Tu nueva descripción está guardada. Los clientes ya la ven.",
    services_saved: |services| format!("✅ Guardado. Tus servicios ahora son: *{services}*."),
};
