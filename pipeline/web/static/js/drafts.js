// What was typed and not sent survives a reload, the back button and going on to another page, in this window and for
// whoever is signed in: fields with data-draft. What was sent is on the server, and forgotten here.

import { user } from "./session.js";

const PREFIX = "callinspect.draft";
const MOST = 4000; // characters; longer texts are no remarks

const form = (field) => field.form?.getAttribute("action") ?? "";
const key = (field) => [PREFIX, user(), form(field), field.dataset.draft].join("|");

export function startDrafts() {
  restore(document);
  document.addEventListener("input", ({ target }) => target.matches?.("[data-draft]") && keep(target));
  document.addEventListener("htmx:afterSettle", () => restore(document));
  document.addEventListener("htmx:beforeSwap", ({ detail }) => !detail.isError && forget(detail.requestConfig.elt.querySelectorAll("[data-draft]")));
  document.addEventListener("callinspect:resent", ({ detail }) => {
    const same = (field) => form(field) === detail.path && field.value === detail.fields[field.name];
    forget([...document.querySelectorAll("[data-draft]")].filter(same));
    setTimeout(() => restore(document)); // after those who show what the server answered
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && !event.target.hasAttribute("hx-post")) forget(event.target.querySelectorAll("[data-draft]"));
  });
}

function keep(field) {
  try {
    if (field.value && field.value.length <= MOST) sessionStorage.setItem(key(field), field.value);
    else sessionStorage.removeItem(key(field));
  } catch {
    // no storage here: what is sent is kept on the server
  }
}

function restore(place) {
  for (const field of place.querySelectorAll("[data-draft]")) {
    if (field.value) continue;
    try {
      field.value = sessionStorage.getItem(key(field)) ?? "";
    } catch {
      return;
    }
    if (field.value) field.closest("details")?.setAttribute("open", "");
  }
}

function forget(fields) {
  for (const field of fields) {
    try {
      sessionStorage.removeItem(key(field));
    } catch {
      return;
    }
  }
}
