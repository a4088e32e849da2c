// Keys of a page. In HTML: data-key="j" on a button or link (it is clicked) or a field (it gets the focus).
// In a module: onKey("j", () => ...). The page lists its keys for people in {% block keys %}.

const actions = new Map();
const CONTROL = "button, a[href], summary, [role=button]";
const MOVES = /^(j|k|\+|=|-|\[|\]|(Shift\+)?Arrow\w+)$/; // what may be held down; all else takes one press, or a
// finger that rests on "c" would confirm one finding after the other
let pointed = null; // the control that was pressed with the pointer last

/** Call `action(event)` when the key is pressed outside of fields. Names as KeyboardEvent.key has them; a
 *  modifier is written before it: "Shift+ArrowLeft". Returns a function that takes it back. */
export function onKey(name, action) {
  actions.set(name, action);
  return () => actions.delete(name);
}

export function showKeys() {
  const dialog = document.getElementById("keys-dialog");
  if (dialog && !dialog.open) dialog.showModal();
}

export function startKeys() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("pointerdown", (event) => (pointed = event.target.closest?.(CONTROL) ?? null));
  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-action="keys"]')) showKeys();
  });
}

function pressed(event) {
  if (event.key === "Tab") pointed = null; // from here on the focus goes where the keys lead it
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (inField(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    showKeys();
  } else {
    const name = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
    const action = actions.get(name) ?? element(name);
    if (!action) return;
    if (onControl(event.target, event.key)) return;
    if (!event.repeat || MOVES.test(name)) action(event);
  }
  event.preventDefault();
}

function element(name) {
  const found = [...document.querySelectorAll("[data-key]")].find(
    (each) => each.dataset.key === name && !each.disabled && each.offsetParent !== null,
  );
  if (!found) return null;
  return () => (found.matches("input:not([type=checkbox]):not([type=radio]), select, textarea") ? found.focus() : found.click());
}

/** Enter belongs to the button or link that has the focus, and Space to the button; a link knows no Space. Whoever came
 *  there with the pointer means the page: a proof that was clicked is paused with Space, not begun anew. */
function onControl(target, key) {
  const control = target.closest?.(CONTROL);
  if (!control) return false;
  return key === "Enter" || (key === " " && control !== pointed && !control.matches("a[href]:not([role=button])"));
}

function inField(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=radio]):not([type=range]), select, textarea, [contenteditable]");
}
