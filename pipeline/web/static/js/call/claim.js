// The call stays ours while the page is open, and is given back when it is closed.

import { say } from "../messages.js";
import { csrf } from "../session.js";

const EVERY_MS = 4 * 60_000;
const FIRST_MS = 3_000; // after a reload: the page before gives the call back as it goes

export function startClaim(frame) {
  if (!frame.dataset.writable) return;
  const { base } = frame.dataset;
  let lost = false;
  let timer = 0;

  async function keep() {
    clearTimeout(timer);
    if (lost) return;
    timer = setTimeout(keep, EVERY_MS);
    try {
      const answer = await fetch(`${base}/keep`, { method: "POST", headers: { "HX-Request": "true", "X-CSRF-Token": csrf() } });
      if (answer.status === 409) {
        lost = true;
        say(frame.dataset.saidLost, "danger");
      }
    } catch {
      // the network is away: the claim lasts for a while without us
    }
  }

  timer = setTimeout(keep, FIRST_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && keep());
  window.addEventListener("pageshow", (event) => event.persisted && keep());
  window.addEventListener("pagehide", () => {
    if (lost) return;
    navigator.sendBeacon(`${base}/release`, new URLSearchParams({ csrf: csrf() }));
  });
}
