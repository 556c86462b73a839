// What a person can send besides text: the panel above the field, file pickers, little forms.

import { el, icon } from "./dom.js";
import * as server from "./server.js";
import { openForm } from "./sheet.js";

const WITH_CAPTION = ["image", "video", "document"];

/** The kind that WhatsApp would send a file as. */
export function kindOf(mimeType) {
  if (["image/jpeg", "image/png"].includes(mimeType)) return "image";
  if (["video/mp4", "video/3gpp"].includes(mimeType)) return "video";
  if (["audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"].includes(mimeType)) return "audio";
  return mimeType === "image/webp" ? "sticker" : "document";
}

/**
 * The panel. `phone` has `screen`, `say(content)`, `takeCaption()` (what is typed, which is then
 * gone) and `report(promise)`.
 */
export function attachments(phone, close) {
  const picker = el("input", { type: "file", class: "picker", tabindex: "-1", "aria-hidden": "true" });
  picker.addEventListener("change", () => {
    const [file] = picker.files;
    if (file) phone.report(sendFile(phone, file, picker.dataset.kind || null));
    picker.value = "";
  });
  const pick = (accept, kind) => () => {
    picker.accept = accept;
    picker.dataset.kind = kind;
    picker.click();
  };
  const sample = (kind, more = {}) => () => phone.say({ media: { kind, ...captioned(phone, kind), ...more } });
  const choices = [
    ["photo", "Photo or video", pick("image/jpeg,image/png,image/webp,video/mp4,video/3gpp", "")],
    ["drawing", "Sample photo", sample("image")],
    ["voice", "Voice note", sample("audio")],
    ["file", "Document", pick("", "document")],
    ["file", "Sample PDF", sample("document", { filename: "Estimate.pdf" })],
    ["sticker", "Sticker", sample("sticker")],
    ["place", "Location", () => askPlace(phone)],
    ["person", "Contact", () => askContact(phone)],
  ];
  const buttons = choices.map(([name, label, act]) => el("button", { class: "attach-choice", type: "button", click: () => {
    close();
    act();
  } }, icon(name), el("span", {}, label)));
  return el("div", { class: "attach", role: "group", "aria-label": "What to attach", hidden: true }, ...buttons, picker);
}

function captioned(phone, kind) {
  const caption = WITH_CAPTION.includes(kind) ? phone.takeCaption() : "";
  return caption ? { caption } : {};
}

async function sendFile(phone, file, wanted) {
  const kind = wanted ?? kindOf(file.type);
  const caption = captioned(phone, kind);
  const kept = await server.keep(file, file.type || "application/octet-stream");
  phone.say({ media: { kind, id: kept.id, ...caption, ...(kind === "document" ? { filename: file.name } : {}) } });
}

function askPlace(phone) {
  const number = { inputmode: "decimal", required: true, pattern: "-?[0-9]{1,3}([.][0-9]+)?" };
  const fields = [
    { name: "latitude", label: "Latitude", value: "19.41881", ...number },
    { name: "longitude", label: "Longitude", value: "-99.16222", ...number },
    { name: "name", label: "Name", value: "Parque México", maxlength: "200" },
    { name: "address", label: "Address", value: "Av. México s/n, Hipódromo", maxlength: "300" },
  ];
  openForm(phone.screen, "Send a location", fields, ({ latitude, longitude, name, address }) => {
    const named = Object.fromEntries(Object.entries({ name, address }).filter(([, value]) => value));
    phone.say({ location: { latitude: Number(latitude), longitude: Number(longitude), ...named } });
  });
}

function askContact(phone) {
  const fields = [
    { name: "name", label: "Name", value: "Eva Stone", required: true, maxlength: "100" },
    { name: "number", label: "Phone", value: "+1 202 555 0161", required: true, maxlength: "30", inputmode: "tel" },
  ];
  openForm(phone.screen, "Send a contact", fields, ({ name, number }) => {
    const [first, ...rest] = name.split(/\s+/u);
    const last = rest.length > 0 ? { last_name: rest.join(" ") } : {};
    phone.say({ contacts: [{ name: { formatted_name: name, first_name: first, ...last }, phones: [{ phone: number, type: "CELL" }] }] });
  });
}
