// The words follow the sound, and the sound follows the words.

import { LEAD } from "./player.js";

export function startTranscript(player) {
  const list = document.getElementById("transcript");
  const button = document.getElementById("follow");
  const spoken = document.getElementById("spoken"); // on narrow pages, where the words are far from the player
  const pane = list?.closest(".call-pane");
  if (!list) return { reveal: () => {}, selected: () => null };
  let following = true;
  let ownScroll = 0; // until when scrolling is ours
  let lines = null;
  let lit = [];
  let current = null;

  function setFollowing(on) {
    following = on;
    button.setAttribute("aria-pressed", String(on));
    if (on && current) show(current);
  }

  /** Lines with the times of their words; read from the page once, when first needed. */
  function read() {
    lines = [...list.querySelectorAll(".line")].map((element) => ({
      element,
      from: Number(element.dataset.from),
      to: Number(element.dataset.to),
      words: null,
    }));
    lines.sort((a, b) => a.from - b.from);
    return lines;
  }

  function words(line) {
    line.words ??= [...line.element.querySelectorAll("i[data-t]")].map((element) => [Number(element.dataset.t), element]);
    return line.words;
  }

  function tick(now) {
    const all = lines ?? read();
    let at = last(all, (line) => line.from <= now);
    const active = [];
    // a few lines back: both may talk at once
    for (let i = at; i >= 0 && i > at - 4; i--) if (now < all[i].to + 0.15) active.push(all[i]);
    const next = [];
    for (const line of active) {
      const spoken = words(line);
      const index = last(spoken, ([start]) => start <= now + 0.02);
      if (index >= 0) next.push(spoken[index][1]);
    }
    if (next.length !== lit.length || next.some((each, index) => each !== lit[index])) {
      for (const each of lit) each.classList.remove("spoken-now");
      for (const each of next) each.classList.add("spoken-now");
      lit = next;
    }
    const line = active[0] ?? null;
    if (line?.element !== current) {
      current?.classList.remove("now");
      current = line?.element ?? null;
      current?.classList.add("now");
      if (current) tellSpoken(current);
      if (current && following && player.playing) show(current);
    }
  }

  /** What is said here, beside the player. */
  function tellSpoken(element) {
    if (!spoken) return;
    const who = element.querySelector(".line-who").textContent;
    spoken.textContent = `${who}  ${element.querySelector("p").textContent.trim()}`;
    spoken.hidden = false;
  }

  function show(element) {
    ownScroll = performance.now() + 700;
    const box = element.getBoundingClientRect();
    const frame = pane.getBoundingClientRect();
    const scrolls = pane.scrollHeight > pane.clientHeight + 4;
    tellSpoken(element);
    if (!scrolls) return; // the page scrolls as a whole: moving it would take the findings away
    if (box.top < frame.top + 60 || box.bottom > frame.top + frame.height * 0.7) {
      pane.scrollTo({ top: pane.scrollTop + box.top - frame.top - frame.height * 0.3, behavior: "smooth" });
    }
  }

  for (const name of ["wheel", "touchmove"]) pane.addEventListener(name, () => player.playing && setFollowing(false), { passive: true });
  pane.addEventListener("scroll", () => player.playing && following && performance.now() > ownScroll && setFollowing(false), { passive: true });
  button.addEventListener("click", () => setFollowing(!following));
  player.on("tick", tick);
  player.on("seek", () => following && current && show(current));

  list.addEventListener("click", (event) => {
    if (!getSelection().isCollapsed) return; // words are being selected, to add a finding
    const word = event.target.closest("i[data-t]");
    if (!word) return;
    player.playFrom(Number(word.dataset.t) - LEAD);
    const mark = word.closest("mark[data-criteria]");
    if (mark) document.dispatchEvent(new CustomEvent("call:finding", { detail: mark.dataset.criteria.split(" ")[0] }));
  });

  return {
    /** Bring the line that is spoken at this time into view, and mark what proves this criterion. */
    reveal(time, criterion) {
      for (const each of list.querySelectorAll(".hit.current")) each.classList.remove("current");
      if (criterion) for (const each of list.querySelectorAll(`.hit[data-criteria~="${CSS.escape(criterion)}"]`)) each.classList.add("current");
      const all = lines ?? read();
      const line = all[last(all, (each) => each.from <= time + 0.05)];
      if (line) show(line.element);
    },
    /** What is selected here: {start, end, role, quote}; null where nothing is. */
    selected() {
      const selection = getSelection();
      if (selection.isCollapsed || !list.contains(selection.anchorNode)) return null;
      const range = selection.getRangeAt(0);
      const chosen = [...list.querySelectorAll("i[data-t]")].filter((each) => range.intersectsNode(each));
      if (!chosen.length) return null;
      const line = chosen[0].closest(".line");
      const within = chosen.filter((each) => each.closest(".line") === line);
      const start = Number(within[0].dataset.t);
      const after = words(lineOf(line)).find(([time]) => time > Number(within.at(-1).dataset.t));
      const end = after ? after[0] : Number(line.dataset.to);
      const role = line.classList.contains("line-customer") ? "customer" : "agent";
      return { start, end: Math.max(end, start + 0.1), role, quote: within.map((each) => each.textContent).join("").trim() };
    },
  };

  function lineOf(element) {
    return (lines ?? read()).find((line) => line.element === element);
  }
}

/** Index of the last item for which `test` holds, where it holds for all before; -1 where for none. */
function last(items, test) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(items[middle])) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
