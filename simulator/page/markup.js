// Text as phones show it: *bold*, _italic_, ~struck~, `code`, ```block``` and links. Makes nodes,
// never HTML, so nothing in a text can act.

import { el } from "./dom.js";

const TAGS = { "*": "strong", "_": "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const LINK = /^https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'*_~]/u;

/** The text as nodes. */
export function render(text) {
  const fragment = document.createDocumentFragment();
  append(fragment, text);
  return fragment;
}

function append(parent, text) {
  let plain = "";
  const flush = () => {
    if (plain) parent.append(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = special(text, at);
    if (found) {
      flush();
      parent.append(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
}

function special(text, at) {
  if (text.startsWith("```", at)) {
    const end = text.indexOf("```", at + 3);
    if (end > at + 3) return { node: el("code", { class: "block" }, text.slice(at + 3, end)), end: end + 3 };
  }
  if (text[at] === "`") {
    const end = text.indexOf("`", at + 1);
    const inside = text.slice(at + 1, end);
    if (end > at + 1 && !inside.includes("\n")) return { node: el("code", {}, inside), end: end + 1 };
  }
  if (text[at] === "h" && !WORD.test(text[at - 1] ?? "")) {
    const link = LINK.exec(text.slice(at))?.[0];
    if (link) {
      const properties = { href: link, target: "_blank", rel: "noopener noreferrer" };
      return { node: el("a", properties, link), end: at + link.length };
    }
  }
  return TAGS[text[at]] ? marked(text, at) : null;
}

/** A marked stretch: its marks touch the words inside and no letters outside, on one line. */
function marked(text, at) {
  const mark = text[at];
  if (WORD.test(text[at - 1] ?? "") || /\s/u.test(text[at + 1] ?? " ") || text[at + 1] === mark) return null;
  for (let end = text.indexOf(mark, at + 1); end > 0; end = text.indexOf(mark, end + 1)) {
    const inside = text.slice(at + 1, end);
    if (inside.includes("\n")) return null;
    if (!/\s$/u.test(inside) && !WORD.test(text[end + 1] ?? "")) {
      const node = el(TAGS[mark]);
      append(node, inside);
      return { node, end: end + 1 };
    }
  }
  return null;
}
