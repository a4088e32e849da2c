// Whoever works on a call has it for themselves: the page takes it when somebody comes to it, keeps it while it
// is open, and gives it back when it is closed. Looking is not taking: what a browser loads ahead, and a page that
// the back button brings up again, take nothing until somebody presses the button or decides.

import { say } from "../messages.js";
import { csrf, uuid } from "../session.js";

const EVERY_MS = 4 * 60_000;
const FIRST_MS = 3_000; // after a reload: the page before gives the call back as it goes

export function startClaim(frame) {
  for (const each of document.querySelectorAll("button[data-after]")) setTimeout(() => (each.disabled = false), 60_000 * each.dataset.after);
  if (!frame.dataset.claimable) return;
  const { base } = frame.dataset;
  let lost = false;
  let taken = false;
  let asking = null; // while a request for the call may still be answered, and after it was granted
  let timer = 0;
  let visit = uuid(); // a request may arrive after the page has gone: the server knows by this that nobody is here

  async function keep(again = EVERY_MS) {
    clearTimeout(timer);
    if (lost) return;
    timer = setTimeout(keep, again);
    asking = new AbortController();
    const { signal } = asking;
    try {
      const headers = { "HX-Request": "true", "X-CSRF-Token": csrf() };
      const answer = await fetch(`${base}/keep`, { method: "POST", headers, body: new URLSearchParams({ visit }), signal });
      if (answer.ok) {
        taken = true;
        document.getElementById("claim-form")?.setAttribute("hidden", "");
      }
      if (answer.status === 409) {
        lost = true;
        if (taken) say(frame.dataset.saidLost, "danger");
        else location.reload(); // somebody was a moment faster: the page says who
      }
    } catch {
      // the network is away: the claim lasts for a while without us
    }
  }

  const came = () => keep(FIRST_MS);
  const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (document.prerendering) document.addEventListener("prerenderingchange", came, { once: true });
  else if (!back) came();
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!taken && detail.successful && detail.requestConfig?.verb === "post") keep();
  });
  document.addEventListener("visibilitychange", () => taken && document.visibilityState === "visible" && keep());
  window.addEventListener("pagehide", () => {
    // Whoever goes before the answer has come may have the call all the same.
    if (lost || !asking) return;
    clearTimeout(timer);
    asking.abort();
    asking = null;
    taken = false;
    navigator.sendBeacon(`${base}/release`, new URLSearchParams({ csrf: csrf(), visit }));
    visit = uuid(); // for the page that the back button brings up again
  });
}
