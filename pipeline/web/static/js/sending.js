// Writes that get through: each has a request id, one goes at a time per control, and what the server did not
// answer waits in the queue (queue.js) to be sent again under the same id.

import { say } from "./messages.js";
import * as queue from "./queue.js";
import { csrf, uuid } from "./session.js";

const ids = new WeakMap(); // control -> the id of what it is sending, until the server has answered
const sent = new Map(); // id -> what was sent under it
const settled = new Set(); // ids that the server has answered
const inFlight = new WeakSet();
const finished = new WeakMap(); // control -> when its last answer came
const DOUBLE_MS = 400;

export function startSending() {
  document.addEventListener("htmx:configRequest", prepare);
  document.addEventListener("htmx:beforeRequest", begin);
  document.addEventListener("htmx:afterRequest", finish);
  document.addEventListener("submit", once);
  document.addEventListener("callinspect:resent", (event) => settle(event.detail.id));
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  queue.start();
}

function prepare(event) {
  const { verb, headers, parameters, elt } = event.detail;
  if (verb === "get") return;
  headers["X-CSRF-Token"] = csrf();
  delete parameters.csrf;
  // The same content goes out under the same id until it is answered; anything else is another action.
  const { request, ...content } = fields(event.detail);
  const text = JSON.stringify([event.detail.path, content]);
  let id = request || ids.get(elt);
  if (!id || settled.has(id) || (sent.has(id) && sent.get(id) !== text)) id = ids.get(elt);
  if (!id || settled.has(id) || (sent.has(id) && sent.get(id) !== text)) id = uuid();
  sent.set(id, text);
  ids.set(elt, id);
  parameters.request = id;
}

function begin(event) {
  const { elt, requestConfig } = event.detail;
  if (requestConfig.verb === "get") return;
  if (inFlight.has(elt) || performance.now() - (finished.get(elt) ?? -DOUBLE_MS) < DOUBLE_MS) {
    event.preventDefault(); // a double click is one click, also where the server is quick
    return;
  }
  inFlight.add(elt);
  elt.setAttribute("aria-busy", "true");
  if (keeps(elt)) queue.put(requestConfig.path, fields(requestConfig));
}

function finish(event) {
  const { elt, requestConfig, xhr } = event.detail;
  if (!requestConfig || requestConfig.verb === "get") return;
  inFlight.delete(elt);
  finished.set(elt, performance.now());
  elt.removeAttribute("aria-busy");
  const id = fields(requestConfig).request;
  if (!answered(xhr.status)) {
    if (keeps(elt)) queue.failed(id, xhr.status);
    else say(document.getElementById("network").dataset.failed.replace("{status}", xhr.status || "–"), "danger");
    return;
  }
  settle(id);
  queue.done(id);
}

function settle(id) {
  settled.add(id);
  sent.delete(id);
}

/** A definite answer: everything but silence, a gateway without a server, and a session that has ended. */
export function answered(status) {
  return status !== 0 && status !== 401 && status !== 429 && status < 500;
}

function fields(requestConfig) {
  const found = {};
  for (const [name, value] of requestConfig.formData?.entries?.() ?? Object.entries(requestConfig.parameters)) {
    if (name in found) found[name] = [].concat(found[name], value);
    else found[name] = value;
  }
  return found;
}

/** data-retry="no": not worth keeping (a preview). What holds a password is never kept. */
function keeps(elt) {
  return !elt.closest?.('[data-retry="no"]') && !elt.querySelector?.('input[type="password"], input[type="file"]');
}

function once(event) {
  const form = event.target;
  if (form.method === "post" && !form.hasAttribute("hx-post") && !navigator.onLine) {
    event.preventDefault(); // the browser would leave the page for one of its own that says no more
    say(document.getElementById("network")?.dataset.offline ?? "", "danger");
    return;
  }
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
}
