// Lists: j/k go from row to row, x chooses one, selects apply themselves. Everything works without this.

import { onKey } from "./keys.js";

const rows = () => [...document.querySelectorAll("[data-row]")];
const current = () => document.activeElement?.closest?.("[data-row]");

function go(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  const link = all[to].querySelector(".row-link");
  link.focus({ focusVisible: true });
  all[to].scrollIntoView({ block: "nearest" });
}

onKey("j", () => go(1));
onKey("k", () => go(-1));
onKey("ArrowDown", () => go(1));
onKey("ArrowUp", () => go(-1));
onKey("x", () => current()?.querySelector('input[type="checkbox"]')?.click());

// Bulk assignment

const boxes = () => [...document.querySelectorAll('#calls input[name="calls"]')];
const all = document.querySelector("[data-all]");
const chosen = document.querySelector("[data-chosen]");
const bulk = document.querySelector("[data-bulk]");

function tell() {
  const count = boxes().filter((box) => box.checked).length;
  if (chosen) chosen.textContent = count ? chosen.dataset.text.replace("{count}", count) : "";
  if (bulk) bulk.disabled = !count;
  if (all) {
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && !all.checked;
  }
}

if (all) {
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  document.getElementById("calls").addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  tell();
}

// Filters apply when they change; the button is for those without JavaScript, and for Enter.

for (const select of document.querySelectorAll("select[data-submit], #filters select, #filters input[type=date]")) {
  select.addEventListener("change", () => {
    if (select.type === "date" && document.activeElement === select && !select.validity.valid) return;
    select.form.requestSubmit();
  });
}
for (const button of document.querySelectorAll("[data-scriptless]")) button.hidden = true;
for (const form of document.querySelectorAll("#filters, .filters")) {
  // Empty fields stay out of the address, so that it can be read and kept.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData.entries()]) if (!value) event.formData.delete(name);
  });
}
