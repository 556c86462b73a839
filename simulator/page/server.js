// What the page asks the simulator.

function call(method, path, body) {
  return body === undefined ? callRaw(method, path) : callRaw(method, path, JSON.stringify(body), "application/json");
}

async function callRaw(method, path, body, type) {
  const init = { method };
  if (body !== undefined) {
    init.headers = { "Content-Type": type };
    init.body = body;
  }
  const answer = await fetch(path, init);
  const text = await answer.text();
  const content = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(content?.message ?? `answered ${answer.status}`);
  return content;
}

const chat = (person) => `/page/chats/${encodeURIComponent(person)}`;

export const business = () => call("GET", "/page/business");
export const history = (person) => call("GET", chat(person));
export const say = (inbound) => call("POST", "/page/messages", inbound);
export const seen = (person) => call("POST", `${chat(person)}/seen`);
export const again = (person, id) => call("POST", `${chat(person)}/again/${encodeURIComponent(id)}`);
export const empty = (person) => call("DELETE", chat(person));

export const keep = (file, mimeType) => callRaw("POST", "/page/files", file, mimeType);
export const fileUrl = (id) => `/page/files/${encodeURIComponent(id)}`;

/** Any request of the control API. */
export const order = (method, path, body) => call(method, `/control/${path}`, body);
/** Signs and posts a text as it is. */
export const notify = (text) => callRaw("POST", "/control/notify", text, "application/json");

/** Wait before a stream is asked for again that was refused; a stream that broke off comes back by itself. */
const REFUSED_MS = 2000;

/**
 * Follows the changes of these people's chats. `opened` is called each time the stream (re)starts.
 * Returns the function that ends it.
 */
export function follow(people, { opened, changed, lost }) {
  let source = null;
  let timer = null;
  const start = () => {
    source = new EventSource(`/page/events?chats=${people.map(encodeURIComponent).join(",")}`);
    source.addEventListener("open", opened);
    source.addEventListener("reload", opened);
    source.addEventListener("message", (event) => changed(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      lost();
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(start, REFUSED_MS);
    });
  };
  start();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
