// Working through the findings: j and k choose one, p plays its proof, c, o and u decide, and the next one that
// nobody has decided comes up by itself.

import { onKey } from "../keys.js";
import { announce, say } from "../messages.js";
import { uuid } from "../session.js";
import { startWishes } from "./wishes.js";

export function startFindings(frame, player, transcript, wave) {
  let current = null; // criterion
  let decided = null; // the last one that was decided on: deciding moves on to the next
  let place = 0;

  const all = () => [...document.querySelectorAll("#review .finding")];
  const article = (criterion) => (criterion ? document.getElementById(`finding-${criterion}`) : null);
  const wishes = startWishes(frame, article);
  const places = (element) => [...element.querySelectorAll(".evidence[data-play]")].map((each) => [Number(each.dataset.play), Number(each.dataset.end)]);

  function choose(element, { quiet = false, focus = true } = {}) {
    for (const each of document.querySelectorAll(".finding.current")) each.classList.remove("current");
    current = element?.dataset.criterion ?? null;
    place = 0;
    wave.current(current);
    if (!element) return;
    element.classList.add("current");
    if (focus && !element.contains(document.activeElement)) element.focus({ preventScroll: true });
    if (!quiet) element.scrollIntoView({ block: "nearest" });
    if (element.dataset.start && !player.playing) transcript.reveal(Number(element.dataset.start), current);
    else transcript.reveal(player.time, current);
  }

  function move(step) {
    const list = all();
    if (!list.length) return;
    const at = list.findIndex((each) => each.dataset.criterion === current);
    const to = at < 0 ? (step > 0 ? 0 : list.length - 1) : at + step;
    if (to < 0 || to >= list.length) announce(frame.dataset.saidNext);
    else choose(list[to]);
  }

  function playCurrent() {
    const element = article(current) ?? all()[0];
    if (!element) return;
    if (element.dataset.criterion !== current) choose(element);
    const found = places(element);
    if (!found.length) return;
    const [start, end] = found[place % found.length];
    place += 1;
    transcript.reveal(start, current);
    player.playPlace(start, end);
  }

  function decide(verdict) {
    const element = article(current);
    decided = current;
    const button = element?.querySelector(`.verdict button[name="verdict"][value="${verdict}"]`);
    button?.click();
  }

  /** The next one after this that nobody has decided. */
  function advance(from) {
    const list = all();
    const at = list.findIndex((each) => each.dataset.criterion === from);
    const open = [...list.slice(at + 1), ...list.slice(0, at)].find((each) => each.dataset.waits === "yes" && !each.classList.contains("sending"));
    if (open) choose(open);
    else announce(frame.dataset.saidNext);
  }

  /** The next item that people answer, after this one; what the machine found is not gone back to. */
  function advanceChecks(from) {
    const list = [...document.querySelectorAll("#checklist .check-item")];
    const at = list.findIndex((each) => each.dataset.criterion === from);
    const open = [...list.slice(at + 1), ...list.slice(0, at)].find((each) => each.dataset.check === "open" && !each.classList.contains("sending"));
    if (open) choose(open);
  }

  // Each press is one request of its own, also where an earlier one still waits for the network.
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.('.verdict button[name="verdict"], .check-answer button, .question-answers button');
      if (button) button.form.elements.request.value = uuid();
    },
    { capture: true },
  );

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches?.(".check-answer, .check-place") && !event.defaultPrevented) {
      form.closest(".finding").classList.add("sending");
      advanceChecks(form.closest(".finding").dataset.criterion);
      return;
    }
    if (!form.matches?.(".verdict") || event.defaultPrevented) return;
    const element = form.closest(".finding");
    element.classList.add("sending");
    const pressed = form.querySelector(`button[name="verdict"][value="${CSS.escape(event.detail.requestConfig.formData?.get?.("verdict") ?? "")}"]`);
    if (pressed?.value) {
      for (const each of form.querySelectorAll("button[aria-pressed]")) each.setAttribute("aria-pressed", String(each === pressed));
      if (element.dataset.criterion === current) advance(current);
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const element = event.detail.elt.closest?.(".finding");
    if (!element || !event.detail.elt.matches(".verdict, .check-answer, .check-place")) return;
    element.classList.remove("sending");
    const { status } = event.detail.xhr;
    if (status === 0 || status >= 500 || status === 401) {
      const note = element.querySelector(".finding-waiting");
      if (!note) return;
      note.textContent = frame.dataset.saidWaiting;
      note.hidden = false;
    }
    wishes.go();
  });

  document.addEventListener("htmx:afterSettle", settle);
  document.addEventListener("callinspect:resent", (event) => replace(event.detail.html));
  // Another window with this call, or one in which somebody signed in again, got it through.
  document.addEventListener("callinspect:elsewhere", async ({ detail }) => {
    if (!detail.path.startsWith(`${frame.dataset.base}/`)) return;
    const answer = await fetch(frame.dataset.base, { headers: { Accept: "text/html" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) replace(await answer.text());
  });

  /** Show what the server says now; what is not part of it stays. */
  function replace(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    for (const fresh of parsed.querySelectorAll("#review, #questions, .finding, #account, #undo, #call-head, #call-marks, #findings-count, .worth")) {
      const stale = document.getElementById(fresh.id);
      if (!stale || fresh.parentElement?.closest("#review")) continue;
      fresh.removeAttribute("hx-swap-oob");
      stale.replaceWith(fresh);
      window.htmx?.process(fresh);
    }
    settle();
  }

  /** What a decision makes of the marks in the conversation: red is what counts. */
  function weigh() {
    for (const mark of document.querySelectorAll("#transcript mark[data-criteria]")) {
      const found = mark.dataset.criteria.split(" ").map(article).filter(Boolean);
      if (!found.length) continue;
      const why = found.every((each) => each.dataset.weak) ? found[0].dataset.weak : "";
      mark.classList.toggle("hit-weak", Boolean(why));
      mark.title = [mark.dataset.plain, why].filter(Boolean).join(" · ");
    }
    for (const note of document.querySelectorAll("#transcript .line-weak[data-criterion]")) {
      note.hidden = article(note.dataset.criterion)?.dataset.weak === undefined;
    }
  }

  function settle() {
    wave.redraw();
    weigh();
    const element = article(current);
    if (element) {
      for (const each of document.querySelectorAll(".finding.current")) if (each !== element) each.classList.remove("current");
      if (!element.classList.contains("current")) element.scrollIntoView({ block: "nearest" });
      element.classList.add("current");
      const lost = document.activeElement === document.body || document.activeElement === null;
      if (lost) element.focus({ preventScroll: true });
    }
    wave.current(current);
    wishes.go();
  }

  // Comments

  function comment() {
    const element = article(current) ?? all()[0];
    const details = element?.querySelector(".comment");
    if (!details) return;
    choose(element, { focus: false });
    details.open = true;
    details.querySelector("input").focus();
  }

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.(".comment input");
    if (!field || event.isComposing) return;
    if (event.key === "Escape") {
      field.closest(".finding").focus();
    } else if (event.key === "Enter") {
      event.preventDefault(); // Enter would press the first button: confirm
      if (field.value.trim()) field.form.querySelector(".comment-save").click();
    }
  });

  // Adding

  const dialog = document.getElementById("add-dialog");
  const form = document.getElementById("add-form");
  if (form && dialog) {
    document.getElementById("add-fold").remove();
    dialog.append(form);
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.xhr.status < 400) form.reset();
      dialog.close();
    });
    document.addEventListener("click", (event) => event.target.closest?.("#add-open") && add(transcript.selected()));
    // The key adds what is selected; the button also asks for a place in seconds, where there are no words.
    onKey("a", () => {
      const words = transcript.selected();
      if (words && document.getElementById("add-open")) add(words);
      else if (document.getElementById("add-open")) say(frame.dataset.saidSelect);
    });
  }

  // What people answer: where it fails is what is selected, else where the sound stands.
  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (!target.open || !target.matches?.(".check-failed")) return;
      const { start, end, quote, comment } = target.querySelector("form").elements;
      const words = transcript.selected();
      if (words) {
        start.value = words.start.toFixed(2);
        end.value = words.end.toFixed(2);
        quote.value = words.quote;
      } else {
        start.value ||= player.time.toFixed(2);
        end.value ||= Math.min(player.time + 3, player.duration).toFixed(2);
      }
      comment.focus();
    },
    { capture: true },
  );
  const check = (said) => article(current)?.querySelector(`.check-answer button[value="${said}"]`)?.click();
  onKey("1", () => check("passed"));
  onKey("2", () => article(current)?.querySelector(".check-failed > summary")?.click());
  onKey("3", () => check("not-applicable"));

  function add(words) {
    document.getElementById("add-no-words").hidden = Boolean(words);
    if (words) {
      form.elements.start.value = words.start.toFixed(2);
      form.elements.end.value = words.end.toFixed(2);
      form.elements.role.value = words.role;
      form.elements.quote.value = words.quote;
      getSelection().removeAllRanges();
    } else {
      form.elements.start.value ||= player.time.toFixed(2);
      form.elements.end.value ||= Math.min(player.time + 3, player.duration).toFixed(2);
    }
    dialog.showModal();
    form.elements.criterion.focus();
  }

  // Clicks

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-play]");
    if (link) {
      event.preventDefault();
      const start = Number(link.dataset.play);
      const element = link.closest(".finding");
      if (element && element.dataset.criterion !== current) choose(element, { quiet: true, focus: false });
      transcript.reveal(start, current);
      if (link.dataset.end && Number(link.dataset.end) > start) player.playPlace(start, Number(link.dataset.end));
      else player.playFrom(start - 1);
      return;
    }
    const element = event.target.closest?.(".finding");
    if (element && element.dataset.criterion !== current) choose(element, { quiet: true, focus: false });
  });
  // Keys go to where the focus is, however it came there.
  document.addEventListener("focusin", (event) => {
    const element = event.target.closest?.("#review .finding");
    if (element && element.dataset.criterion !== current) choose(element, { quiet: true, focus: false });
  });
  document.addEventListener("call:finding", (event) => choose(article(event.detail), { focus: false }));
  document.addEventListener("call:loop", playCurrent);

  onKey("j", () => move(1));
  onKey("k", () => move(-1));
  onKey("p", playCurrent);
  onKey("c", () => decide("confirmed"));
  onKey("o", () => decide("overturned"));
  onKey("u", () => decide("unsure"));
  onKey("e", comment);
  onKey("x", () => {
    const forms = [current, decided].map((each) => article(each)?.querySelector("form.propose button"));
    forms.find((each) => each)?.click();
  });
  onKey("z", () => {
    const button = document.querySelector("#undo button");
    if (button) button.click();
    else announce(frame.dataset.saidUndo);
  });

  // What is taken back is looked at again, so that the next key decides it. The focus goes there too: after the answer
  // it is given back to the finding that had it, and the keys follow the focus.
  document.addEventListener("click", (event) => {
    const taken = article(event.target.closest?.("#undo button")?.form.dataset.criterion);
    if (taken) choose(taken);
  });

  const first = article(decodeURIComponent(location.hash.replace(/^#finding-/, ""))) ?? all().find((each) => each.dataset.waits === "yes") ?? all()[0];
  if (first) choose(first, { quiet: true, focus: false });
}
