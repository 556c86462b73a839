// The control page: orders by forms, and what there is to see, asked for every two seconds.

import { el, icon } from "./dom.js";
import { notify, order } from "./server.js";
import { startTheme, switchTheme } from "./theme.js";
import { showCalls, showFaults, showScene, showWebhooks } from "./watch.js";

const EVERY_MS = 2000;
const DAY_AND_HOUR_S = 90_000;
const CODES = [0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 368, 80007, 130403, 130429, 130472, 130497, 131000, 131005, 131008, 131009, 131016, 131021, 131026, 131030, 131031, 131042, 131045, 131047, 131048, 131049, 131050, 131051, 131052, 131053, 131056, 131057, 131062, 131064, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 132018, 132068, 132069, 133004, 133010, 135000];
const STATUSES = ["approved", "paused", "disabled", "rejected"];
const SCENE = `[
  {"phone": "5215500001001", "profile": "Ana Torres",
   "send": {"text": "hola"}, "wait_for": "Handy"},
  {"phone": "5215500001001",
   "send": {"tap": "service_plumbing"}, "within_ms": 10000},
  {"phone": "5215500001001",
   "send": {"photo": "La fuga está aquí"}}
]`;

const byId = (id) => document.getElementById(id);
const link = byId("link");
const notice = byId("notice");
let scene = null;

/** Does something that was asked for, and says how it went. */
async function act(work, done) {
  try {
    const answer = await work();
    notice.classList.remove("bad");
    notice.textContent = typeof done === "function" ? done(answer) : done;
  } catch (error) {
    notice.classList.add("bad");
    notice.textContent = `That did not work: ${error.message}`;
  }
  await look();
}

function onSubmit(id, work, done) {
  const form = byId(id);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => work(form.elements), done);
  });
}

const number = (input) => (input.value === "" ? undefined : Number(input.value));

function fault(fields) {
  const kind = fields.kind.value;
  const coded = kind === "status" || kind === "failed";
  const members = {
    kind,
    on: fields.on.value,
    count: number(fields.count),
    code: coded ? number(fields.code) : undefined,
    status: kind === "status" ? number(fields.status) : undefined,
    retry_after: kind === "status" ? number(fields.retry_after) : undefined,
    to: fields.to.value.trim() || undefined,
    of: fields.of.value || undefined,
  };
  return order("POST", "faults", members);
}

function conduct(fields) {
  return order("PATCH", "conduct", {
    window: fields.window.value,
    strangers: fields.strangers.value,
    statuses: { order: fields.order.value.split(",").filter(Boolean), delay_ms: number(fields.status_delay_ms) },
    rates: { number_per_second: number(fields.number_per_second), pair_burst: number(fields.pair_burst) },
    delay_ms: number(fields.delay_ms),
    media_delay_ms: number(fields.media_delay_ms),
    media_url_seconds: number(fields.media_url_seconds),
  });
}

async function fillConduct() {
  const now = await order("GET", "conduct");
  const fields = byId("conduct").elements;
  fields.window.value = now.window;
  fields.strangers.value = now.strangers;
  const plan = now.statuses.order.join(",");
  if (![...fields.order.options].some((option) => option.value === plan)) fields.order.append(el("option", { value: plan }, plan));
  fields.order.value = plan;
  fields.status_delay_ms.value = now.statuses.delay_ms;
  fields.number_per_second.value = now.rates.number_per_second;
  fields.pair_burst.value = now.rates.pair_burst;
  for (const name of ["delay_ms", "media_delay_ms", "media_url_seconds"]) fields[name].value = now[name];
}

async function changePhone(change) {
  const phone = byId("phone").elements.phone.value.trim();
  const view = await order("PATCH", `phones/${encodeURIComponent(phone)}`, change);
  const wrote = view.last_message ? `wrote last ${new Date(view.last_message).toLocaleString()}` : "never wrote here";
  byId("phone-view").textContent = `Window ${view.window_open ? "open" : "closed"}; ${wrote}.`;
}

async function fillTemplates() {
  const templates = await order("GET", "templates");
  byId("templates").replaceChildren(...templates.map(({ name, language, status, body }) => {
    const set = (event) => act(() => order("PUT", `templates/${encodeURIComponent(name)}/status`, { status: event.target.value, language }), `${name} (${language}) is ${event.target.value}.`);
    const choices = STATUSES.map((choice) => el("option", { value: choice, selected: choice === status }, choice));
    return el("li", { title: body }, el("span", {}, name), el("small", {}, language), el("select", { "aria-label": `Status of ${name} in ${language}`, change: set }, ...choices));
  }));
}

async function play({ steps, speed }) {
  const { id } = await order("POST", "scenes", { title: "from the page", speed: speed.value, steps: JSON.parse(steps.value) });
  scene = id;
}

async function look() {
  try {
    const [calls, webhooks, faults] = await Promise.all(["calls", "webhooks", "faults"].map((path) => order("GET", path)));
    showCalls(byId("calls"), calls);
    showWebhooks(byId("webhooks"), webhooks, (seq) => act(() => order("POST", "webhooks/again", { seq }), told));
    showFaults(byId("faults"), faults);
    if (scene !== null) showScene(byId("scene-view"), await order("GET", `scenes/${scene}`));
    link.textContent = "";
  } catch {
    link.textContent = "The simulator does not answer.";
  }
}

/** What came of webhooks that were posted. */
function told(receipts) {
  const answers = [receipts].flat().map(({ webhook_status: status }) => status ?? "no answer");
  return `Answered: ${answers.join(", ")}.`;
}

async function fill() {
  await Promise.all([fillConduct(), fillTemplates()]);
}

async function start() {
  startTheme(new URLSearchParams(location.search).get("theme"));
  byId("theme").append(icon("theme"));
  byId("theme").addEventListener("click", switchTheme);
  byId("codes").append(...CODES.map((code) => el("option", { value: code })));
  byId("scene").elements.steps.value = SCENE;
  onSubmit("fail", fault, "The fault waits.");
  onSubmit("conduct", conduct, "Applied.");
  onSubmit("phone", ({ hours, undeliverable, delay_ms: delay }) => changePhone({ undeliverable: undeliverable.value, delay_ms: number(delay), ...(hours.value === "" ? {} : { last_message_seconds_ago: Math.round(Number(hours.value) * 3600) }) }), "Applied.");
  onSubmit("again", ({ times }) => order("POST", "webhooks/again", { times: number(times) }), told);
  onSubmit("notify", ({ body }) => notify(body.value), told);
  onSubmit("scene", play, "The scene plays.");
  byId("fail-clear").addEventListener("click", () => act(() => order("DELETE", "faults"), "No fault waits."));
  byId("phone-close").addEventListener("click", () => act(() => changePhone({ last_message_seconds_ago: DAY_AND_HOUR_S }), "The window is closed."));
  byId("scene-stop").addEventListener("click", () => scene !== null && act(() => order("DELETE", `scenes/${scene}`), "Stopped."));
  byId("reset").addEventListener("click", () => act(async () => {
    await order("DELETE", "conduct");
    await fill();
  }, "Everything is as at the start."));
  await act(fill, "");
  setInterval(() => { if (!document.hidden) look(); }, EVERY_MS);
}

start();
