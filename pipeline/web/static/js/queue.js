// Writes that the server has not answered. They are put down before they are sent, so that a closed window, a
// lost network and a restarted server lose nothing; sent again they carry the same request id, which the
// server does only once.
//
// Events on document: "callinspect:resent" with {path, fields, html} when one got through after all, and
// "callinspect:elsewhere" with {path} when another window got an answer.

import { announce, say } from "./messages.js";
import { csrf, refresh, user } from "./session.js";

const KEY = "callinspect.queue";
const STALE_MS = 30_000; // another window may still be waiting for its answer
const RETRY_MS = [2_000, 5_000, 10_000, 30_000];
const mine = new Set(); // ids that this window is waiting for
let tries = 0;
let timer = 0;
let known = []; // what was there when this window looked last

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
};

function write(entries) {
  known = entries;
  try {
    if (entries.length) localStorage.setItem(KEY, JSON.stringify(entries));
    else localStorage.removeItem(KEY);
  } catch {
    // no storage here: the write still goes out, it is only not kept
  }
}

/** Put a write down before it is sent. */
export function put(path, fields) {
  const { csrf: _token, ...kept } = fields;
  mine.add(kept.request);
  write([...read().filter((each) => each.id !== kept.request), { id: kept.request, path, fields: kept, user: user(), at: Date.now(), waits: false }]);
}

/** The server has answered: nothing is left to do. */
export function done(id) {
  mine.delete(id);
  const before = read();
  const after = before.filter((each) => each.id !== id);
  if (after.length !== before.length) write(after);
  show();
}

/** No answer, or one that does not count: it waits. */
export function failed(id, status) {
  mine.delete(id);
  write(read().map((each) => (each.id === id ? { ...each, waits: true } : each)));
  show(status === 401 ? "signed-out" : "offline");
  again();
}

/** Whether something waits that is about what lies below this path. */
export const waitsBelow = (path) => waiting().some((each) => each.path.startsWith(`${path}/`));

export const waiting = () =>
  read().filter((each) => each.user === user() && !mine.has(each.id) && (each.waits || Date.now() - each.at > STALE_MS));

export function start() {
  window.addEventListener("online", () => flush());
  window.addEventListener("offline", () => show("offline"));
  window.addEventListener("storage", (event) => event.key === KEY && changedElsewhere());
  known = read();
  banner()?.querySelector(".banner-resend").addEventListener("click", () => flush());
  if (user() && read().length) flush();
}

function changedElsewhere() {
  const now = read();
  const left = new Set(now.map((each) => each.id));
  const gone = known.filter((each) => !left.has(each.id));
  known = now;
  for (const { path } of gone) document.dispatchEvent(new CustomEvent("callinspect:elsewhere", { detail: { path } }));
  show();
}

function again() {
  clearTimeout(timer);
  timer = setTimeout(flush, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
}

/** Send everything that waits, oldest first. Only one window does it at a time. */
export async function flush() {
  clearTimeout(timer);
  if (!waiting().length) return show();
  if (navigator.locks) await navigator.locks.request(KEY, { ifAvailable: true }, (lock) => (lock ? sendAll() : null));
  else await sendAll();
  if (waiting().length) again();
}

async function sendAll() {
  const session = await refresh();
  if (!session) return show("offline");
  if (String(session.user) !== user()) return show("signed-out");
  for (const entry of waiting()) {
    if (!(await send(entry))) return show("offline");
  }
  tries = 0;
  show();
  const words = banner().dataset.resent;
  say(words, "success");
  announce(words);
}

async function send(entry) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(entry.fields)) for (const each of [].concat(value)) body.append(name, each);
  let response;
  try {
    response = await fetch(entry.path, { method: "POST", body, headers: { "HX-Request": "true", "X-CSRF-Token": csrf() } });
  } catch {
    return false;
  }
  if (response.status === 401 || response.status === 429 || response.status >= 500) return false;
  const html = await response.text();
  done(entry.id);
  if (response.ok) document.dispatchEvent(new CustomEvent("callinspect:resent", { detail: { ...entry, html } }));
  else say(banner().dataset.dropped.replace("{reason}", plain(html)), "danger");
  return true;
}

function plain(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent.trim().slice(0, 200);
}

const banner = () => document.getElementById("network");

function show(why = "") {
  const place = banner();
  if (!place) return;
  const count = waiting().length;
  const offline = why === "offline" || !navigator.onLine;
  place.hidden = !(count || offline);
  const words = [];
  if (why === "signed-out") words.push(place.dataset.signedOut);
  else if (offline) words.push(place.dataset.offline);
  if (count) words.push(place.dataset.queued.replace("{count}", count));
  place.querySelector(".banner-text").textContent = words.join(" ");
  place.querySelector(".banner-resend").hidden = !count;
  const link = place.querySelector(".banner-sign-in");
  link.hidden = why !== "signed-out";
  link.target = "_blank";
}
