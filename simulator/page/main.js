// The page: which phones there are, tabs on narrow screens, light and dark, live changes.

import { el, icon } from "./dom.js";
import { Phone } from "./phone.js";
import * as server from "./server.js";
import { startTheme, switchTheme } from "./theme.js";

const STORE = "phones";
const FIRST = [{ number: "5215500001001", name: "Ana Torres" }];

const stage = document.getElementById("stage");
const tabs = document.getElementById("tabs");
const link = document.getElementById("link");
const editor = document.getElementById("editor");
const field = Object.fromEntries(["form", "name", "number", "problem", "title", "clear", "cancel"].map((id) => [id, document.getElementById(`editor-${id}`)]));
const query = new URLSearchParams(location.search);

let business = { name: "Handy", number: "" };
let phones = [];
let current = null;
let unfollow = null;
let edited = null;

const owner = { edit: openEditor, remove, changed: showTabs, isCurrent: (phone) => phone === current };

/** Phones in the address (`?phone=number,name`, repeated) win over the remembered ones. */
function wanted() {
  const asked = query.getAll("phone").map((text) => {
    const [number, ...name] = text.split(",");
    return { number: clean(number), name: name.join(",").trim() };
  });
  if (asked.length > 0) return asked;
  try {
    const stored = JSON.parse(localStorage.getItem(STORE));
    if (Array.isArray(stored) && stored.length > 0) return stored.map(({ number, name }) => ({ number: clean(String(number)), name: String(name ?? "") }));
  } catch {
    // Remembered by another version, or storage is off: start afresh.
  }
  return FIRST;
}

function remember() {
  if (query.has("phone")) return;
  try {
    localStorage.setItem(STORE, JSON.stringify(phones.map(({ number, name }) => ({ number, name }))));
  } catch {
    // Storage is off: the phones are forgotten with the page.
  }
}

/** Digits of a number, or a user id as it is. */
function clean(text) {
  const trimmed = text.trim();
  return /^[A-Z]{2}\./u.test(trimmed) ? trimmed : trimmed.replace(/[\s().+-]/gu, "");
}

function place(phone) {
  phone.element.addEventListener("focusin", () => select(phone, false));
  stage.append(phone.element);
  watcher.observe(phone.element);
}

function select(phone, focus = true) {
  current = phone;
  for (const other of phones) other.element.classList.toggle("current", other === phone);
  showTabs();
  if (focus) phone.field.focus();
}

function showTabs() {
  const held = tabs.contains(document.activeElement) ? document.activeElement.dataset.place : null;
  tabs.replaceChildren(...phones.map((phone, place) => {
    const unread = phone === current ? 0 : phone.unread;
    const label = unread > 0 ? `${phone.title}, ${unread} new` : phone.title;
    const properties = { class: "tab", type: "button", "aria-label": label, title: phone.summary, "aria-current": phone === current ? "true" : null, "data-place": place, click: () => select(phone) };
    return el("button", properties, el("span", { class: "avatar", "aria-hidden": "true", "data-initials": phone.short }), unread > 0 ? el("span", { class: "badge" }, unread) : null);
  }));
  if (held !== null) tabs.children[held]?.focus();
  const unread = phones.reduce((sum, phone) => sum + phone.unread, 0);
  document.title = `${unread > 0 ? `(${unread}) ` : ""}Phones · ${business.name}`;
}

function follow() {
  unfollow?.();
  unfollow = null;
  if (phones.length === 0) return;
  unfollow = server.follow(phones.map((phone) => phone.number), {
    opened: () => {
      link.textContent = "";
      for (const phone of phones) phone.report(phone.load());
    },
    changed: (event) => {
      for (const phone of phones) phone.take(event);
    },
    lost: () => { link.textContent = "Reconnecting…"; },
  });
}

function remove(phone) {
  watcher.unobserve(phone.element);
  phone.element.remove();
  phones = phones.filter((other) => other !== phone);
  remember();
  if (phones.length === 0) {
    current = null;
    showTabs();
    openEditor(null);
  } else if (current === phone) {
    select(phones[0]);
  }
  follow();
}

function openEditor(phone) {
  edited = phone;
  field.title.textContent = phone ? "Change this phone" : "New phone";
  field.name.value = phone?.name ?? "";
  field.number.value = phone?.shownNumber ?? "";
  field.problem.textContent = "";
  field.clear.hidden = !phone;
  if (!editor.open) editor.showModal();
  field.name.focus();
}

function save(event) {
  event.preventDefault();
  const number = clean(field.number.value);
  const name = field.name.value.trim();
  if (!/^(\d{8,15}|[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128})$/u.test(number)) {
    field.problem.textContent = "This is neither a number of 8 to 15 digits nor a user id.";
    field.number.focus();
    return;
  }
  if (phones.some((phone) => phone !== edited && phone.number === number)) {
    field.problem.textContent = "A phone with this number is here already.";
    field.number.focus();
    return;
  }
  editor.close();
  if (edited) {
    const moved = edited.number !== number;
    edited.become({ number, name });
    select(edited);
    if (moved) follow();
  } else {
    const phone = new Phone({ number, name }, business, owner);
    phones.push(phone);
    place(phone);
    select(phone);
    phone.element.scrollIntoView({ inline: "nearest" });
    follow();
  }
  remember();
}

/** Phones on screen count as looked at. */
const watcher = new IntersectionObserver((changes) => {
  for (const change of changes) {
    const phone = phones.find((other) => other.element === change.target);
    if (!phone) continue;
    phone.onScreen = change.isIntersecting;
    if (phone.onScreen && phone.following) phone.toEnd(true);
    phone.look();
  }
}, { threshold: 0.6 });

function listen() {
  document.getElementById("add").append(icon("add"));
  document.getElementById("theme").append(icon("theme"));
  document.getElementById("control").append(icon("control"));
  document.getElementById("add").addEventListener("click", () => openEditor(null));
  document.getElementById("theme").addEventListener("click", switchTheme);
  field.form.addEventListener("submit", save);
  field.cancel.addEventListener("click", () => editor.close());
  field.clear.addEventListener("click", () => {
    edited.report(server.empty(edited.number));
    editor.close();
  });
  document.addEventListener("visibilitychange", () => phones.forEach((phone) => phone.look()));
  document.addEventListener("keydown", (event) => {
    const phone = event.altKey && /^[1-9]$/u.test(event.key) ? phones[Number(event.key) - 1] : null;
    if (phone) {
      event.preventDefault();
      select(phone);
    }
  });
}

async function start() {
  startTheme(query.get("theme"));
  listen();
  try {
    business = await server.business();
  } catch {
    link.textContent = "The simulator does not answer.";
  }
  phones = wanted().map((phone) => new Phone(phone, business, owner));
  phones.forEach(place);
  select(phones[0], matchMedia("(min-width: 720px)").matches);
  follow();
}

start();
