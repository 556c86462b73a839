// One message as an element.

import { el, icon } from "./dom.js";
import { render } from "./markup.js";

const TICKS = {
  pending: ["pending", "on its way"],
  failed: ["failed", "not delivered"],
  sent: ["sent", "sent"],
  delivered: ["double", "delivered"],
  read: ["double", "read"],
};

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** `acts` has `openList(entry)`, `press(entry, button)`, `again(entry)`, `quoted(id)`, `business`. */
export function bubble(entry, acts) {
  const mine = entry.author === "person";
  const content = mine ? said(entry, acts) : received(entry, acts);
  const body = el("div", { class: "bubble" }, ...content.inside, foot(entry));
  if (content.listButton) body.append(content.listButton);
  return el(
    "article",
    { class: `row ${mine ? "mine" : "theirs"}`, "data-id": entry.id, "aria-label": mine ? "You" : acts.business },
    body,
    ...content.below,
    mine && entry.trouble ? trouble(entry, acts) : null,
  );
}

/** A short line that stands for a message: in a quotation, in a tab. */
export function gist(entry) {
  const message = entry.message ?? {};
  const interactive = message.interactive ?? {};
  const reply = interactive.list_reply ?? interactive.button_reply;
  const text = message.text?.body ?? interactive.body?.text;
  return text === undefined ? reply?.title ?? `(${message.type ?? "message"})` : render(text).textContent;
}

function said(entry, acts) {
  const { message } = entry;
  const reply = message.interactive?.list_reply ?? message.interactive?.button_reply;
  if (reply) {
    const quoted = acts.quoted(message.context?.id);
    const inside = [
      quoted ? el("blockquote", { class: "quote" }, el("b", {}, acts.business), el("span", {}, gist(quoted))) : null,
      el("p", { class: "text" }, reply.title),
      reply.description ? el("p", { class: "small" }, reply.description) : null,
    ];
    return { inside, below: [] };
  }
  const text = message.text?.body;
  return { inside: [text === undefined ? strange(message) : paragraph(text)], below: [] };
}

function received(entry, acts) {
  const { message } = entry;
  const interactive = message.interactive;
  if (!interactive) {
    const text = message.text?.body;
    return { inside: [text === undefined ? strange(message) : paragraph(text)], below: [] };
  }
  const inside = [
    interactive.header?.text ? el("p", { class: "head" }, interactive.header.text) : null,
    paragraph(interactive.body?.text ?? ""),
    interactive.footer?.text ? el("p", { class: "small" }, interactive.footer.text) : null,
  ];
  if (interactive.type === "list") {
    const open = () => acts.openList(entry);
    const label = interactive.action?.button ?? "";
    const listButton = el("button", { class: "list-button", type: "button", "aria-haspopup": "dialog", click: open }, icon("list"), label);
    return { inside, listButton, below: [] };
  }
  const buttons = interactive.action?.buttons ?? [];
  const below = buttons.map(({ reply }) => {
    const press = () => acts.press(entry, reply);
    return el("button", { class: "reply-button", type: "button", click: press }, icon("reply"), reply.title);
  });
  return { inside, below };
}

function paragraph(text) {
  return el("p", { class: "text" }, render(text));
}

function strange(message) {
  return el("p", { class: "text strange" }, `Message of type “${message.type ?? "unknown"}”`);
}

function foot(entry) {
  const time = new Date(entry.time);
  const [name, meaning] = TICKS[entry.tick] ?? TICKS.pending;
  const tick = el("span", { class: `tick tick-${entry.tick}`, role: "img", "aria-label": meaning, title: meaning }, icon(name));
  return el("footer", {}, el("time", { datetime: entry.time, title: time.toLocaleString() }, clock.format(time)), tick);
}

function trouble(entry, acts) {
  if (entry.tick !== "failed") return el("p", { class: "trouble" }, `${entry.trouble}, trying again…`);
  const again = el("button", { class: "plain danger", type: "button", click: () => acts.again(entry) }, "Try again");
  return el("p", { class: "trouble failed" }, `Not delivered: ${entry.trouble}. `, again);
}
