// One phone: the chat with the business, and the field to type in.

import { bubble, gist } from "./bubble.js";
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
    return this.entries.filter((entry) => entry.author === "business" && !entry.looked).length;
  }

  build() {
    this.who = el("button", { class: "who", type: "button", title: "Change name or number", click: () => this.owner.edit(this) });
    const remove = el("button", { class: "round", type: "button", "aria-label": "Remove this phone", title: "Remove this phone", click: () => this.owner.remove(this) }, icon("close"));
    this.presence = el("p", { class: "presence" });
    this.log = el("div", { class: "log", role: "log", "aria-label": "Messages", tabindex: "0" });
    this.log.addEventListener("scroll", () => this.showJump(), { passive: true });
    this.jump = el("button", { class: "jump round", type: "button", "aria-label": "To the newest message", hidden: true, click: () => this.toEnd() }, icon("down"));
    this.field = el("textarea", { class: "field", rows: "1", maxlength: "4096", placeholder: "Message", "aria-label": "Message" });
    this.field.addEventListener("input", () => this.fit());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.sendText();
      }
    });
    this.send = el("button", { class: "send", type: "submit", "aria-label": "Send", title: "Send", disabled: true }, icon("send"));
    const composer = el("form", { class: "composer" }, this.field, this.send);
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
      this.problem,
      composer);
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
      icon("edit"));
  }

  /** Takes on another name or number; another number is another chat. */
  become({ number, name }) {
    if (number !== this.number) {
      this.chat = null;
      this.early = [];
      this.entries = [];
      this.typingUntil = 0;
    }
    this.number = number;
    this.name = name;
    this.showOwner();
    this.show();
  }

  async load() {
    const number = this.number;
    const following = this.chat === null || this.nearEnd();
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
    if (following) this.toEnd();
    else this.log.scrollTop = scrolled;
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
    const following = this.nearEnd();
    const known = this.entries.find((other) => other.id === entry.id);
    if (known) {
      Object.assign(known, { trouble: undefined }, entry);
      const old = this.log.querySelector(`[data-id="${CSS.escape(entry.id)}"]`);
      const held = old?.contains(document.activeElement);
      const fresh = this.bubble(known);
      old?.replaceWith(fresh);
      if (held) fresh.querySelector("button")?.focus();
    } else {
      entry.looked = false;
      this.entries.push(entry);
      if (entry.author === "business") this.typingUntil = 0;
      this.appendEntry(entry, this.entries.at(-2));
      this.showPresence();
    }
    if (following || (!known && entry.author === "person")) this.toEnd();
    this.showJump();
    this.look();
    this.owner.changed(this);
  }

  show() {
    this.log.replaceChildren();
    if (this.entries.length === 0) {
      this.log.append(el("p", { class: "empty" }, `Say something to ${this.business.name}, “hola” for example.`));
    }
    this.entries.forEach((entry, place) => this.appendEntry(entry, this.entries[place - 1]));
    this.showPresence();
    this.showJump();
    this.owner.changed(this);
  }

  appendEntry(entry, before) {
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
      press: (message, reply) => this.say({ tap: { id: reply.id, title: reply.title, kind: "button", message: message.id } }),
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
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.fit();
    this.say({ text }, () => {
      this.field.value = text;
      this.fit();
    });
  }

  say(content, undo) {
    const chat = this.chat;
    const said = server.say({ from: this.number, profile: this.name || undefined, ...content });
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
    this.owner.changed(this);
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

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.showJump();
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
