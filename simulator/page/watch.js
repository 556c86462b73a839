// What the control page shows: calls, webhooks, waiting faults, a scene's progress. Newest first.

import { el } from "./dom.js";

const SHOWN_CALLS = 50;
const SHOWN_WEBHOOKS = 8;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
/** A path without the version and, before what is done with it, the number. */
const short = (path) => path.replace(/^\/v\d+\.\d+/u, "").replace(/^\/\d+(?=\/)/u, "");
const at = (time) => clock.format(new Date(time));

export function showCalls(body, calls) {
  const newest = calls.slice(-SHOWN_CALLS).reverse();
  body.replaceChildren(...newest.map(({ time, method, path, status, code, took_ms: took }) => {
    const bad = status === null || status >= 400;
    return el("tr", { class: bad ? "bad" : null }, el("td", {}, at(time)), el("td", { title: path }, `${method} ${short(path)}`), el("td", {}, status ?? "cut"), el("td", {}, code ?? ""), el("td", {}, took));
  }));
}

/** Keeps the focus on a button whose line is drawn anew. */
export function showWebhooks(list, webhooks, again) {
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.seq : null;
  const newest = webhooks.slice(-SHOWN_WEBHOOKS).reverse();
  list.replaceChildren(...newest.map(({ seq, time, kind, status, attempts }) => {
    const answer = attempts === 0 ? "waits" : status ?? "no answer";
    const button = el("button", { class: "plain", type: "button", "data-seq": seq, "aria-label": `Again: ${kind} of ${at(time)}`, click: () => again(seq) }, "Again");
    return el("li", {}, el("span", {}, `${kind} ${at(time)}`), el("small", {}, answer), button);
  }));
  if (held !== null) list.querySelector(`[data-seq="${CSS.escape(held)}"]`)?.focus();
}

export function showFaults(list, faults) {
  list.replaceChildren(...faults.map(({ kind, on, code, status, count, to, of }) => {
    const what = [kind, code ?? status, `on ${on}`, of, to ? `to ${to}` : null].filter((part) => part !== null && part !== undefined);
    return el("li", {}, el("span", {}, what.join(" ")), el("small", {}, count === 0 ? "until dropped" : `${count} ×`));
  }));
}

export function showScene(list, { state, steps }) {
  list.replaceChildren(
    el("li", { class: state }, el("span", {}, `Scene ${state}`)),
    ...steps.map(({ phone, state: own, took_ms: took, reply, trouble }, place) => {
      const word = trouble ?? reply?.split("\n")[0] ?? "";
      return el("li", { class: own }, el("span", {}, `${place + 1}. ${phone} ${own}${word ? `: ${word}` : ""}`), el("small", {}, took > 0 ? `${took} ms` : ""));
    }),
  );
}
