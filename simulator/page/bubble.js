// One message as an element: content, quotation, time and ticks, buttons below, reactions, tools.

import { content, gist } from "./content.js";
import { el, icon } from "./dom.js";

const TICKS = {
  pending: ["pending", "on its way"],
  failed: ["failed", "not delivered"],
  sent: ["sent", "sent"],
  delivered: ["double", "delivered"],
  read: ["double", "read"],
};
const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/**
 * `acts` has `openList(entry)`, `press(entry, tap)`, `again(entry)`, `quote(entry)`,
 * `react(entry, emoji)`, `quoted(id)`, `reactions(id)`, `business`.
 */
export function bubble(entry, acts) {
  const mine = entry.author === "person";
  const { nodes, bare } = content(entry);
  const body = el("div", { class: bare ? "bubble bare" : "bubble" }, quotation(entry, acts), ...nodes, foot(entry));
  const list = mine ? null : listButton(entry, acts);
  if (list) body.append(list);
  const { more, panel } = tools(entry, acts);
  return el(
    "article",
    { class: `row ${mine ? "mine" : "theirs"}`, "data-id": entry.id, "aria-label": mine ? "You" : acts.business },
    el("div", { class: "line" }, body, more),
    panel,
    reactions(entry, acts),
    ...(mine ? [] : replies(entry, acts)),
    entry.trouble ? trouble(entry, acts, mine) : null,
  );
}

function quotation(entry, acts) {
  const id = entry.message.context?.id ?? entry.message.context?.message_id;
  if (!id) return null;
  const quoted = acts.quoted(id);
  if (!quoted) return null;
  const who = quoted.author === "person" ? "You" : acts.business;
  return el("blockquote", { class: "quote" }, el("b", {}, who), el("span", {}, gist(quoted)));
}

function listButton(entry, acts) {
  const interactive = entry.message.interactive;
  if (interactive?.type !== "list") return null;
  const open = () => acts.openList(entry);
  return el("button", { class: "list-button", type: "button", "aria-haspopup": "dialog", click: open }, icon("list"), interactive.action?.button ?? "");
}

function replies(entry, acts) {
  const offered = (entry.message.interactive?.action?.buttons ?? []).map(({ reply }) => ({ id: reply.id, title: reply.title, kind: "button" }));
  const template = (entry.template?.buttons ?? []).map(({ payload, text }) => ({ id: payload, title: text, kind: "template" }));
  return [...offered, ...template].map((tap) => {
    const press = () => acts.press(entry, tap);
    return el("button", { class: "reply-button", type: "button", click: press }, icon("reply"), tap.title);
  });
}

function reactions(entry, acts) {
  const given = acts.reactions(entry.id);
  if (given.length === 0) return null;
  const label = given.map(({ author, emoji }) => `${author === "person" ? "You" : acts.business} reacted ${emoji}`).join(", ");
  return el("p", { class: "reactions", role: "img", "aria-label": label }, given.map(({ emoji }) => emoji).join(" "));
}

/** Answer and reactions, folded away behind one button. */
function tools(entry, acts) {
  const panel = el("div", { class: "tools", role: "group", "aria-label": "React or reply", hidden: true });
  const more = el("button", { class: "more", type: "button", "aria-label": "React or reply", title: "React or reply", "aria-expanded": "false" }, icon("more"));
  const show = (open) => {
    panel.hidden = !open;
    more.setAttribute("aria-expanded", String(open));
    if (open) panel.querySelector("button").focus();
  };
  const act = (work) => () => {
    show(false);
    work();
  };
  const own = acts.reactions(entry.id).find(({ author }) => author === "person")?.emoji;
  panel.append(
    ...EMOJI.map((emoji) => el("button", { class: emoji === own ? "emoji own" : "emoji", type: "button", "aria-label": emoji === own ? `Take ${emoji} back` : `React ${emoji}`, click: act(() => acts.react(entry, emoji === own ? null : emoji)) }, emoji)),
    el("button", { class: "emoji", type: "button", "aria-label": "Reply", title: "Reply", click: act(() => acts.quote(entry)) }, icon("reply")),
  );
  more.addEventListener("click", () => show(panel.hidden));
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show(false);
    more.focus();
  });
  return { more, panel };
}

function foot(entry) {
  const time = new Date(entry.time);
  const [name, meaning] = TICKS[entry.tick] ?? TICKS.pending;
  const tick = el("span", { class: `tick tick-${entry.tick}`, role: "img", "aria-label": meaning, title: meaning }, icon(name));
  return el("footer", {}, el("time", { datetime: entry.time, title: time.toLocaleString() }, clock.format(time)), tick);
}

function trouble(entry, acts, mine) {
  if (!mine) return el("p", { class: "trouble failed" }, `Failed: ${entry.trouble}`);
  if (entry.tick !== "failed") return el("p", { class: "trouble" }, `${entry.trouble}, trying again…`);
  const again = el("button", { class: "plain danger", type: "button", click: () => acts.again(entry) }, "Try again");
  return el("p", { class: "trouble failed" }, `Not delivered: ${entry.trouble}. `, again);
}
