// Sheets inside a phone: a list's rows (arrow keys choose, Enter sends), and little forms. Escape closes.

import { el, icon } from "./dom.js";

/** Opens the sheet over `screen`; `choose(row)` is called with the row that was sent. */
export function openSheet(screen, entry, choose) {
  const action = entry.message.interactive.action;
  const rows = new Map();
  const send = el("button", { class: "solid", type: "submit", disabled: true }, "Send");
  const groups = (action.sections ?? []).map((section) => group(section, entry, rows));
  const form = open(screen, action.button, groups, send, (shown) => {
    const chosen = shown.querySelector("input:checked");
    return chosen ? () => choose(rows.get(chosen.value)) : null;
  });
  form.addEventListener("change", () => { send.disabled = false; });
}

/**
 * Opens a form over `screen`. `fields` are `{ name, label, …attributes of the input }`; `send` is
 * called with the values by name.
 */
export function openForm(screen, title, fields, send) {
  const inputs = fields.map(({ label, ...properties }) => el("label", { class: "sheet-field" }, label, el("input", { autocomplete: "off", ...properties })));
  const submit = el("button", { class: "solid", type: "submit" }, "Send");
  open(screen, title, inputs, submit, (form) => {
    if (!form.reportValidity()) return null;
    const values = Object.fromEntries(fields.map(({ name }) => [name, form.elements[name].value.trim()]));
    return () => send(values);
  });
}

/** `chosen(form)` returns what to do with what is filled in, or null when something is missing. */
function open(screen, title, content, submit, chosen) {
  screen.querySelector(".sheet-cover")?.remove();
  const before = document.activeElement;
  const shut = el("button", { class: "round", type: "button", "aria-label": "Close", click: () => close() }, icon("close"));
  const form = el(
    "form",
    { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title, novalidate: false },
    el("header", { class: "sheet-head" }, shut, el("h3", {}, title)),
    el("div", { class: "sheet-rows" }, ...content),
    el("div", { class: "sheet-foot" }, submit),
  );
  const cover = el("div", { class: "sheet-cover" }, form);

  function close() {
    cover.remove();
    if (before?.isConnected) before.focus();
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const act = chosen(form);
    if (!act) return;
    close();
    act();
  });
  cover.addEventListener("click", (event) => { if (event.target === cover) close(); });
  cover.addEventListener("keydown", (event) => keep(event, form, close));
  screen.append(cover);
  form.querySelector("input")?.focus();
  return form;
}

function group(section, entry, rows) {
  const items = (section.rows ?? []).map((row) => {
    rows.set(row.id, row);
    const name = `row-${entry.id}`;
    return el(
      "label",
      { class: "sheet-row" },
      el("span", { class: "sheet-text" }, el("b", {}, row.title), row.description ? el("small", {}, row.description) : null),
      el("input", { type: "radio", name, value: row.id }),
    );
  });
  return el("fieldset", {}, section.title ? el("legend", {}, section.title) : null, ...items);
}

/** Keeps the focus inside the sheet while it is open. */
function keep(event, form, close) {
  if (event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (event.key === "Enter" && event.target.matches("input[type=radio]")) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Tab") {
    // A group of radio buttons is one stop.
    const active = document.activeElement;
    const radio = active.type === "radio" ? active : form.querySelector("input:checked") ?? form.querySelector("input[type=radio]");
    const stops = [...form.querySelectorAll("button:not([disabled]), input")].filter((stop) => stop.type !== "radio" || stop === radio);
    const [first, last] = [stops[0], stops.at(-1)];
    const leaving = active === (event.shiftKey ? first : last);
    if (leaving) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }
}
