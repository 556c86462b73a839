// Elements and icons, made without parsing any HTML.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  add: "M12 5v14M5 12h14",
  theme: "M12 4a8 8 0 1 0 8 8 6 6 0 0 1-8-8z",
  edit: "m5 19 1-4L16 5l3 3L9 18z",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-4-6z M20 4 11 14",
  list: "M5 7h.01M9 7h10M5 12h.01M9 12h10M5 17h.01M9 17h10",
  reply: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6",
  pending: "M12 7v5l3 2M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z",
  failed: "M12 7v6M12 16.5v.5M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z",
  sent: "m6 13 4 4 9-10",
  double: "m2 13 4 4 9-10M11.5 16l.5 1 9-10",
  down: "m6 9 6 6 6-6",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  photo: "M4 7h4l2-2h4l2 2h4v12H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  drawing: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  voice: "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zM6 12a6 6 0 0 0 12 0M12 18v3",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  sticker: "M4 4h16v10l-6 6H4zM20 14h-6v6M9 9h.01M14 9h.01M9 13c1 1.300 3 1.300 4.500 0",
  place: "M12 21c4-4.500 6-7.700 6-11a6 6 0 0 0-12 0c0 3.300 2 6.500 6 11zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20c0-4 3-6 7-6s7 2 7 6",
  control: "M5 7h9M18 7h1M5 17h1M10 17h9M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
};

/** Makes an element; functions become listeners, other properties attributes, null is left out. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A line drawing; the text beside it, or the button's label, says what it means. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Up to two first letters of a name. */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean).slice(0, 2);
  return words.map((word) => [...word][0].toLocaleUpperCase()).join("") || "?";
}
