// What is inside a message, by kind: as nodes, and as one short line.

import { el, icon, initials } from "./dom.js";
import { render } from "./markup.js";
import { fileUrl } from "./server.js";

const NAMES = { image: "Photo", video: "Video", audio: "Voice note", document: "Document", sticker: "Sticker", location: "Location", contacts: "Contact", reaction: "Reaction", template: "Template" };
const MEDIA = ["image", "video", "audio", "document", "sticker"];

/** The type of a message; texts of the business may leave it out. */
export const typeOf = (message) => message.type ?? (message.text ? "text" : "unknown");

/** A short line that stands for a message: in a quotation, in a tab. */
export function gist(entry) {
  const message = entry.message ?? {};
  const type = typeOf(message);
  const interactive = message.interactive ?? {};
  const reply = interactive.list_reply ?? interactive.button_reply;
  const words = message.text?.body ?? entry.template?.body ?? interactive.body?.text ?? reply?.title ?? message.button?.text ?? message[type]?.caption;
  if (type === "reaction") return message.reaction?.emoji ? `Reacted ${message.reaction.emoji}` : "Took a reaction back";
  if (words) return render(words).textContent;
  return message[type]?.filename ?? message.location?.name ?? message.contacts?.[0]?.name?.formatted_name ?? NAMES[type] ?? `(${type})`;
}

/** The nodes inside the bubble. `bare` content has no bubble around it. */
export function content(entry) {
  const { message } = entry;
  const type = typeOf(message);
  if (type === "text") return { nodes: [paragraph(message.text?.body ?? "")] };
  if (MEDIA.includes(type)) return media(type, message[type] ?? {});
  if (type === "location") return { nodes: [location(message.location ?? {})] };
  if (type === "contacts") return { nodes: (message.contacts ?? []).map(contact) };
  if (type === "button") return { nodes: [paragraph(message.button?.text ?? "")] };
  if (type === "template" && entry.template) {
    const footer = entry.template.footer;
    return { nodes: [paragraph(entry.template.body), footer ? el("p", { class: "small" }, footer) : null] };
  }
  if (type === "interactive") return { nodes: interactive(message.interactive ?? {}) };
  return { nodes: [el("p", { class: "text strange" }, `Message of type “${type}”`)] };
}

function interactive(content) {
  const reply = content.list_reply ?? content.button_reply;
  if (reply) return [el("p", { class: "text" }, reply.title), reply.description ? el("p", { class: "small" }, reply.description) : null];
  const header = content.header ?? {};
  const picture = MEDIA.includes(header.type) ? media(header.type, header[header.type] ?? {}).nodes : [];
  return [
    ...picture,
    header.text ? el("p", { class: "head" }, header.text) : null,
    paragraph(content.body?.text ?? ""),
    content.footer?.text ? el("p", { class: "small" }, content.footer.text) : null,
  ];
}

export function paragraph(text) {
  return el("p", { class: "text" }, render(text));
}

function media(type, object) {
  const caption = object.caption ? paragraph(object.caption) : null;
  // A link leads elsewhere; the page's policy shows nothing from there.
  if (!object.id) return { nodes: [paragraph(object.link ?? `(${NAMES[type]})`), caption] };
  const src = fileUrl(object.id);
  if (type === "sticker") return { bare: true, nodes: [el("img", { class: "sticker", src, alt: "Sticker" })] };
  if (type === "image") {
    const image = el("img", { class: "picture", src, alt: object.caption ? `Photo: ${object.caption}` : "Photo" });
    return { nodes: [el("a", { class: "picture-link", href: src, target: "_blank", rel: "noopener", "aria-label": "Open the photo" }, image), caption] };
  }
  if (type === "video") return { nodes: [el("video", { class: "picture", src, controls: true, preload: "metadata", "aria-label": "Video" }), caption] };
  if (type === "audio") return { nodes: [el("p", { class: "voice-name" }, icon("voice"), object.voice === false ? "Audio" : "Voice note"), el("audio", { class: "voice", src, controls: true, preload: "metadata", "aria-label": "Voice note" })] };
  const name = object.filename ?? "Document";
  return { nodes: [el("a", { class: "card-line", href: src, download: name }, el("span", { class: "card-icon" }, icon("file")), el("span", { class: "card-text" }, el("b", {}, name), el("small", {}, object.mime_type ?? "Document"))), caption] };
}

function location({ latitude, longitude, name, address }) {
  const at = `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`;
  const [lat, lon] = [latitude, longitude].map((number) => encodeURIComponent(number));
  const href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
  return el("div", { class: "place" },
    el("div", { class: "place-map", "aria-hidden": "true" }, icon("place")),
    name ? el("b", {}, name) : null,
    address ? el("span", { class: "small" }, address) : null,
    el("span", { class: "small numbers" }, at),
    el("a", { href, target: "_blank", rel: "noopener noreferrer" }, "Open the map"));
}

function contact({ name, phones, org }) {
  const shown = name?.formatted_name ?? phones?.[0]?.phone ?? "Contact";
  const lines = (phones ?? []).map(({ phone, type }) => el("small", {}, type ? `${phone} · ${type}` : phone));
  return el("div", { class: "card-line" },
    el("span", { class: "avatar", "aria-hidden": "true" }, initials(shown)),
    el("span", { class: "card-text" }, el("b", {}, shown), org?.company ? el("small", {}, org.company) : null, ...lines));
}
