// Presses that come while an answer is on its way: another word on the same finding, and taking back, are about what
// that answer brings, so they wait for it. And a double click that a moving page carries to another finding is one.

import { say } from "../messages.js";
import * as queue from "../queue.js";

const DOUBLE_MS = 400;
const NEAR_PX = 8;

export function startWishes(frame, article) {
  const words = new Map(); // criterion -> what was pressed since
  let undo = false;
  let last = null; // {at, x, y, criterion}: the last word that was given with the pointer

  const busy = (form) => form?.getAttribute("aria-busy") === "true";
  const onTheWay = () => document.querySelector('#call form[aria-busy="true"]') !== null;

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function carried(event, criterion) {
    const near = last && Math.hypot(event.clientX - last.x, event.clientY - last.y) < NEAR_PX;
    return near && criterion !== last.criterion && event.timeStamp - last.at < DOUBLE_MS;
  }

  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.('.verdict button[name="verdict"]');
      if (button?.value) {
        const { criterion } = button.closest(".finding").dataset;
        if (event.detail > 0) {
          if (carried(event, criterion)) return stop(event);
          last = { at: event.timeStamp, x: event.clientX, y: event.clientY, criterion };
        }
        undo = false;
        if (!busy(button.form)) return;
        words.set(criterion, button.value);
        for (const each of button.form.querySelectorAll("button[aria-pressed]")) each.setAttribute("aria-pressed", String(each === button));
        stop(event);
      } else if (event.target.closest?.("#undo button")) {
        const waits = queue.waitsBelow(frame.dataset.base);
        if (waits) say(frame.dataset.saidUndoWaits);
        else undo = onTheWay() && !busy(document.getElementById("undo"));
        if (waits || onTheWay()) stop(event);
      }
    },
    { capture: true },
  );

  return {
    /** An answer came, or none will for now. */
    go() {
      for (const [criterion, value] of words) {
        const form = article(criterion)?.querySelector("form.verdict");
        if (busy(form)) continue;
        words.delete(criterion);
        const button = form?.querySelector(`button[name="verdict"][value="${value}"]`);
        const stands = article(criterion)?.dataset.said === value;
        if (button && !stands) button.click();
      }
      if (undo && !onTheWay()) {
        undo = false;
        document.querySelector("#undo button")?.click();
      }
    },
  };
}
