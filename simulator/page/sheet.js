// The sheet with a list's rows, inside its phone. Arrow keys choose, Enter sends, Escape closes.

import { el, icon } from "./dom.js";

/** Opens the sheet over `screen`; `choose(row)` is called with the row that was sent. */
export function openSheet(screen, entry, choose) {
  screen.querySelector(".sheet-cover")?.remove();
  const before = document.activeElement;
  const action = entry.message.interactive.action;
  const rows = new Map();
  const send = el("button", { class: "solid", type: "submit", disabled: true }, "Send");
  const groups = (action.sections ?? []).map((section) => group(section, entry, rows));
  const shut = el("button", { class: "round", type: "button", "aria-label": "Close", click: () => close() }, icon("close"));
  const form = el(
    "form",
    { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": action.button },
    el("header", { class: "sheet-head" }, shut, el("h3", {}, action.button)),
    el("div", { class: "sheet-rows" }, ...groups),
    el("div", { class: "sheet-foot" }, send),
  );
  const cover = el("div", { class: "sheet-cover" }, form);

  function close() {
    cover.remove();
    if (before?.isConnected) before.focus();
  }
  form.addEventListener("change", () => { send.disabled = false; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input:checked");
    if (!chosen) return;
    close();
    choose(rows.get(chosen.value));
  });
  cover.addEventListener("click", (event) => { if (event.target === cover) close(); });
  cover.addEventListener("keydown", (event) => keep(event, form, close));
  screen.append(cover);
  form.querySelector("input")?.focus();
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
  } else if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Tab") {
    // A group of radio buttons is one stop.
    const active = document.activeElement;
    const radio = active.type === "radio" ? active : form.querySelector("input:checked") ?? form.querySelector("input");
    const stops = [...form.querySelectorAll("button:not([disabled]), input")].filter((stop) => stop.type !== "radio" || stop === radio);
    const [first, last] = [stops[0], stops.at(-1)];
    const leaving = active === (event.shiftKey ? first : last);
    if (leaving) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }
}
