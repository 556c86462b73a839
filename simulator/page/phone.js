// One phone: the chat with the business, and the field to type in.

import { attachments } from "./attach.js";
import { bubble } from "./bubble.js";
import { gist, typeOf } from "./content.js";
import { el, icon, initials } from "./dom.js";
import * as server from "./server.js";
import { openSheet } from "./sheet.js";

const RANK = { pending: 0, failed: 1, sent: 2, delivered: 3, read: 4 };
/** Near enough to the end to follow it. */
const NEAR_END_PX = 80;

export class Phone {
  /** `owner` has `edit(phone)`, `remove(phone)`, `changed(phone)`, `isCurrent(phone)`. */
  constructor({ number, name }, business, owner) {
    this.number = number;
    this.name = name;
    this.business = business;
    this.owner = owner;
    this.chat = null;
    this.early = [];
    this.entries = [];
    this.typingUntil = 0;
    this.onScreen = false;
    this.following = true;
    this.quotedEntry = null;
    this.build();
  }

  get title() {
    return this.name || this.shownNumber;
  }

  /** Initials, or the last digits of the number. */
  get short() {
    return this.name ? initials(this.name) : this.number.slice(-2);
  }

  get shownNumber() {
    return /^\d/u.test(this.number) ? `+${this.number}` : this.number;
  }

  /** Messages of the business that were not looked at. */
  get unread() {
    return this.entries.filter((entry) => entry.author === "business" && !entry.looked && entry.tick !== "failed").length;
  }

  build() {
    this.badge = el("span", { class: "badge still", hidden: true });
    this.who = el("button", { class: "who", type: "button", title: "Change name or number", click: () => this.owner.edit(this) });
    const remove = el("button", { class: "round", type: "button", "aria-label": "Remove this phone", title: "Remove this phone", click: () => this.owner.remove(this) }, icon("close"));
    this.presence = el("p", { class: "presence" });
    this.log = el("div", { class: "log", role: "log", "aria-label": "Messages", tabindex: "0" });
    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // Pictures come later than their messages, and make them taller.
    this.log.addEventListener("load", () => { if (this.following) this.toEnd(); }, true);
    this.log.addEventListener("loadedmetadata", () => { if (this.following) this.toEnd(); }, true);
    this.jump = el("button", { class: "jump round", type: "button", "aria-label": "To the newest message", hidden: true, click: () => this.toEnd() }, icon("down"));
    this.field = el("textarea", { class: "field", rows: "1", maxlength: "4096", placeholder: "Message", "aria-label": "Message" });
    this.field.addEventListener("input", () => this.fit());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.sendText();
      }
    });
    this.panel = attachments(this, () => this.showPanel(false));
    this.plus = el("button", { class: "round", type: "button", "aria-label": "Attach", title: "Attach", "aria-expanded": "false", click: () => this.showPanel(this.panel.hidden) }, icon("add"));
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.showPanel(false);
      this.plus.focus();
    });
    this.quoteBar = el("div", { class: "quote-bar", hidden: true });
    this.send = el("button", { class: "send", type: "submit", "aria-label": "Send", title: "Send", disabled: true }, icon("send"));
    const composer = el("form", { class: "composer" }, this.plus, this.field, this.send);
    composer.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendText();
    });
    this.problem = el("p", { class: "problem", role: "alert" });
    this.screen = el("div", { class: "screen" },
      el("header", { class: "chat-head" },
        el("span", { class: "avatar business", "aria-hidden": "true" }, initials(this.business.name)),
        el("div", {}, el("h3", {}, this.business.name), this.presence)),
      el("div", { class: "log-frame" }, this.log, this.jump),
      el("div", { class: "below" }, this.problem, this.panel, this.quoteBar, composer));
    this.element = el("section", { class: "phone" }, el("header", { class: "owner" }, this.who, remove), this.screen);
    this.showOwner();
    this.showPresence();
    this.show();
  }

  showOwner() {
    this.element.setAttribute("aria-label", `Phone of ${this.title}`);
    this.who.replaceChildren(
      el("span", { class: "avatar", "aria-hidden": "true" }, this.short),
      el("span", { class: "who-text" }, el("b", {}, this.title), this.name ? el("small", {}, this.shownNumber) : null),
      icon("edit"),
      this.badge);
    this.showBadge();
  }

  showBadge() {
    const { unread } = this;
    this.badge.hidden = unread === 0;
    this.badge.textContent = String(unread);
    this.badge.setAttribute("aria-label", `${unread} new`);
  }

  /** Takes on another name or number; another number is another chat. */
  become({ number, name }) {
    if (number !== this.number) {
      this.chat = null;
      this.early = [];
      this.entries = [];
      this.typingUntil = 0;
      this.quote(null);
    }
    this.number = number;
    this.name = name;
    this.showOwner();
    this.show();
  }

  async load() {
    const number = this.number;
    const following = this.chat === null || this.following;
    const scrolled = this.log.scrollTop;
    this.chat = null;
    const view = await server.history(number);
    if (number !== this.number) return;
    this.chat = view.chat;
    const looked = new Set(this.entries.filter((entry) => entry.looked).map((entry) => entry.id));
    this.entries = view.entries.map((entry) => ({ ...entry, looked: looked.has(entry.id) || entry.tick === "read" }));
    this.typingUntil = view.typing_until ? Date.parse(view.typing_until) : 0;
    const early = this.early;
    this.early = [];
    // The history may be newer than a change that came while it was loaded.
    for (const event of early) {
      const known = event.kind === "entry" && this.entries.find((entry) => entry.id === event.entry.id);
      if (!known || RANK[event.entry.tick] > RANK[known.tick]) this.take(event);
    }
    this.show();
    if (following) this.toEnd(true);
    else this.log.scrollTo({ top: scrolled, behavior: "instant" });
    this.look();
  }

  take(event) {
    if (this.chat === null) {
      this.early.push(event);
      return;
    }
    if (event.chat !== this.chat) return;
    if (event.kind === "cleared") {
      this.entries = [];
      this.typingUntil = 0;
      this.show();
    } else if (event.kind === "typing") {
      this.typingUntil = Date.parse(event.until);
      this.showPresence();
    } else {
      this.takeEntry(event.entry);
    }
  }

  takeEntry(entry) {
    const following = this.following;
    const known = this.entries.find((other) => other.id === entry.id);
    if (known) {
      Object.assign(known, { trouble: undefined }, entry);
      this.redraw(known);
    } else {
      entry.looked = false;
      this.entries.push(entry);
      if (entry.author === "business") this.typingUntil = 0;
      this.appendEntry(entry, this.shown().at(-2));
      this.showPresence();
    }
    if (following || (!known && entry.author === "person")) this.toEnd();
    this.showJump();
    this.look();
    this.changed();
  }

  changed() {
    this.showBadge();
    this.owner.changed(this);
  }

  /** Messages with a place of their own; reactions sit on others. */
  shown() {
    return this.entries.filter((entry) => typeOf(entry.message) !== "reaction");
  }

  redraw(entry) {
    const old = this.log.querySelector(`[data-id="${CSS.escape(entry.id)}"]`);
    if (!old) return;
    const held = old.contains(document.activeElement);
    const fresh = this.bubble(entry);
    // A picture or a playing sound that stays the same is kept.
    const [before, after] = [old, fresh].map((element) => element.querySelector("img, audio, video"));
    if (before && after && before.getAttribute("src") === after.getAttribute("src")) after.replaceWith(before);
    old.replaceWith(fresh);
    if (held) fresh.querySelector("button")?.focus();
  }

  /** The newest reaction of each side on a message. */
  reactions(id) {
    const newest = new Map();
    for (const { author, message, tick } of this.entries) {
      if (typeOf(message) === "reaction" && message.reaction?.message_id === id && tick !== "failed") newest.set(author, message.reaction.emoji ?? "");
    }
    return [...newest].filter(([, emoji]) => emoji).map(([author, emoji]) => ({ author, emoji }));
  }

  show() {
    this.log.replaceChildren();
    if (this.entries.length === 0) {
      this.log.append(el("p", { class: "empty" }, `Say something to ${this.business.name}, “hola” for example.`));
    }
    const shown = this.shown();
    shown.forEach((entry, place) => this.appendEntry(entry, shown[place - 1]));
    this.showPresence();
    this.showJump();
    this.changed();
  }

  appendEntry(entry, before) {
    if (typeOf(entry.message) === "reaction") {
      const target = this.entries.find((other) => other.id === entry.message.reaction?.message_id);
      if (target) this.redraw(target);
      return;
    }
    this.log.querySelector(".empty")?.remove();
    const day = dayOf(entry);
    if (!before || dayOf(before) !== day) this.log.append(el("p", { class: "day" }, day));
    const element = this.bubble(entry);
    if (before?.author === entry.author && dayOf(before) === day) element.classList.add("follows");
    this.log.append(element);
  }

  bubble(entry) {
    const element = bubble(entry, {
      business: this.business.name,
      openList: (list) => openSheet(this.screen, list, (row) => this.say({ tap: { ...row, kind: "list", message: list.id } })),
      press: (message, tap) => this.say({ tap: { ...tap, message: message.id } }),
      quote: (quoted) => this.quote(quoted),
      react: (message, emoji) => this.say({ reaction: { message: message.id, ...(emoji ? { emoji } : {}) } }),
      reactions: (id) => this.reactions(id),
      again: (failed) => this.report(server.again(this.number, failed.id)),
      quoted: (id) => this.entries.find((other) => other.id === id),
    });
    const old = this.log.querySelector(`[data-id="${CSS.escape(entry.id)}"]`);
    if (old?.classList.contains("follows")) element.classList.add("follows");
    return element;
  }

  showPresence() {
    clearTimeout(this.typingTimer);
    const left = this.typingUntil - Date.now();
    const typing = left > 0;
    this.presence.classList.toggle("typing", typing);
    this.presence.textContent = typing ? "typing…" : "business account";
    if (typing) this.typingTimer = setTimeout(() => this.showPresence(), left);
  }

  sendText() {
    const text = this.takeCaption();
    if (!text) return;
    this.say({ text }, () => {
      this.field.value = text;
      this.fit();
    });
  }

  /** What is typed; the field is empty then. */
  takeCaption() {
    const text = this.field.value.trim();
    this.field.value = "";
    this.fit();
    return text;
  }

  showPanel(open) {
    this.panel.hidden = !open;
    this.plus.setAttribute("aria-expanded", String(open));
    if (open) this.panel.querySelector("button").focus();
  }

  /** The message that the next one answers. */
  quote(entry) {
    this.quotedEntry = entry;
    this.quoteBar.hidden = !entry;
    if (!entry) {
      this.quoteBar.replaceChildren();
      return;
    }
    const who = entry.author === "person" ? "You" : this.business.name;
    const drop = el("button", { class: "round", type: "button", "aria-label": "Do not reply to it", click: () => this.quote(null) }, icon("close"));
    this.quoteBar.replaceChildren(el("blockquote", { class: "quote" }, el("b", {}, `Reply to ${who}`), el("span", {}, gist(entry))), drop);
    this.field.focus();
  }

  say(content, undo) {
    const chat = this.chat;
    // Taps and reactions name their message themselves.
    const quoting = this.quotedEntry && !content.tap && !content.reaction ? { quoting: this.quotedEntry.id } : {};
    if (quoting.quoting) this.quote(null);
    const said = server.say({ from: this.number, profile: this.name || undefined, ...content, ...quoting });
    // The stream of changes usually was quicker; without it the message shows all the same.
    const shown = said.then((entry) => {
      if (chat !== null && chat === this.chat && !this.entries.some((other) => other.id === entry.id)) this.takeEntry(entry);
    });
    this.report(shown, undo);
  }

  async report(promise, undo) {
    try {
      await promise;
      this.problem.textContent = "";
    } catch (error) {
      this.problem.textContent = `That did not work: ${error.message}`;
      undo?.();
    }
  }

  /** Tells the business that its messages were seen, when they are on screen. */
  look() {
    if (!this.onScreen || document.hidden || this.unread === 0 || this.chat === null) return;
    for (const entry of this.entries) entry.looked = true;
    this.changed();
    this.report(server.seen(this.number));
  }

  fit() {
    const { field } = this;
    field.style.height = "auto";
    // The border counts in the height that is set and not in the one that is read.
    const border = field.offsetHeight - field.clientHeight;
    field.style.height = `${field.scrollHeight + border}px`;
    this.send.disabled = this.field.value.trim() === "";
  }

  nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END_PX;
  }

  toEnd(atOnce = false) {
    this.following = true;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: atOnce ? "instant" : "auto" });
    this.showJump();
  }

  /** Whether the end is followed is decided when scrolling has come to rest. */
  scrolled() {
    this.showJump();
    clearTimeout(this.scrollTimer);
    this.scrollTimer = setTimeout(() => { this.following = this.nearEnd(); }, 150);
  }

  showJump() {
    this.jump.hidden = this.nearEnd();
  }

  /** A word about the newest message, for the tab. */
  get summary() {
    const newest = this.entries.at(-1);
    return newest ? gist(newest) : "";
  }
}

function dayOf(entry) {
  const day = new Date(entry.time);
  const today = new Date();
  if (day.toDateString() === today.toDateString()) return "Today";
  return day.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
}
