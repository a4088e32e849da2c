// What was typed and not sent yet survives a reload, an error and the back button in this window. What was sent is
// a draft on the server. A text that was typed over another draft than the one shown is older: it is dropped.

import { user } from "./session.js";

const form = document.getElementById("what-if");
const area = document.getElementById("text");
const key = `callinspect.what-if.${user()}.${form.dataset.file}`;

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function keep() {
  try {
    if (area.value === area.defaultValue) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify({ base: area.defaultValue, text: area.value }));
  } catch {
    // no storage here, or a text too long for it: what is sent is kept on the server
  }
}

const found = stored();
if (found?.base === area.defaultValue && found.text !== area.defaultValue) {
  area.value = found.text;
  document.getElementById("restored").hidden = false;
} else {
  keep();
}
area.addEventListener("input", keep);
