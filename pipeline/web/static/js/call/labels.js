// The places of findings on the lanes, and a label for each under them. Labels never cover each other: what does
// not fit is cut, and stands in full while the pointer or the focus is on it.

import { clock } from "./clock.js";

const LANES = 96; // px, both together
const ROW = 20;
const ROWS = 2;
const LEAST = 34; // a label that is its shape and its letter
const MOST = 190;
const GAP = 3;
const STRAYS = 60; // further than this from its place a label would mislead: the place stands without one

export function startLabels(stage, player) {
  const marks = document.getElementById("wave-marks");
  let criterion = null;
  let wide = 0;

  function draw(width, scale, left) {
    wide = width;
    const found = JSON.parse(document.getElementById("call-marks")?.dataset.marks ?? "[]");
    const read = marks.querySelectorAll(".opened"); // being drawn anew does not close what somebody reads
    const buttons = found.map((mark, index) => dressed(marks.children[index] ?? made(), mark, scale, left));
    while (marks.children.length > buttons.length) marks.lastChild.remove();
    arrange(buttons.filter((each) => !each.hidden));
    for (const each of read) {
      close(each);
      if (each.isConnected) open(each);
    }
    rove();
  }

  function made() {
    const button = marks.appendChild(document.createElement("button"));
    button.type = "button";
    const part = (name, holder) => {
      const span = document.createElement("span");
      span.className = name;
      return holder.appendChild(span);
    };
    part("wave-span", button);
    const flag = part("wave-flag", button);
    part("severity-shape", flag);
    flag.append(document.createElement("b"));
    part("wave-title", flag);
    part("wave-why", flag);
    return button;
  }

  function dressed(button, mark, scale, left) {
    const at = clock(mark.at[0]);
    button.className = `wave-mark wave-mark-${mark.lane} severity-${mark.severity}${mark.why ? " wave-mark-weak" : ""}${mark.criterion === criterion ? " current" : ""}${button.classList.contains("opened") ? " opened" : ""}`;
    button.dataset.criterion = mark.criterion;
    button.dataset.standing = mark.standing;
    button.dataset.play = mark.at[0];
    button.dataset.end = mark.at[1];
    button.setAttribute("aria-label", [at, mark.severity === "none" ? "" : mark.severity, mark.title, mark.why].filter(Boolean).join(" "));
    button.querySelector("b").textContent = mark.severity === "none" ? "·" : mark.severity;
    button.querySelector(".wave-title").textContent = mark.title;
    button.querySelector(".wave-why").textContent = [at, mark.why].filter(Boolean).join(" ");
    const x = mark.at[0] * scale - left;
    const w = Math.max(3, (mark.at[1] - mark.at[0]) * scale);
    button.dataset.x = x;
    button.style.transform = `translateX(${x.toFixed(1)}px)`;
    button.style.width = `${w.toFixed(1)}px`;
    button.hidden = x + w < 0 || x > wide;
    return button;
  }

  /** Rows under the lanes; each label as wide as the next one in its row leaves room for. */
  function arrange(buttons) {
    const rows = Array.from({ length: ROWS }, () => []);
    const ends = (row) => (row.length ? row.at(-1).at + LEAST + GAP : -Infinity);
    const whole = (row) => (row.length ? row.at(-1).at + row.at(-1).whole + GAP : -Infinity);
    for (const button of [...buttons].sort((a, b) => a.dataset.x - b.dataset.x)) {
      const wanted = Math.min(Math.max(0, Number(button.dataset.x)), wide - LEAST);
      const fits = rows.filter((row) => ends(row) <= wanted);
      const free = fits.length ? best(fits, whole) : best(rows, ends);
      const at = Math.max(wanted, ends(free));
      const shown = at - wanted <= STRAYS && at + LEAST <= wide;
      button.querySelector(".wave-flag").hidden = !shown;
      if (shown) free.push({ button, at, whole: size(button) });
    }
    const used = rows.filter((row) => row.length).length;
    for (let count = 0; count <= ROWS; count += 1) stage.classList.toggle(`wave-rows-${count}`, count === used);
    rows.forEach((row, level) =>
      row.forEach(({ button, at }, index) => {
        const flag = button.querySelector(".wave-flag");
        const room = (row[index + 1]?.at ?? wide + GAP) - at - GAP;
        const top = LANES + 2 + level * ROW - (button.classList.contains("wave-mark-customer") ? LANES / 2 : 0);
        button.dataset.shift = at - Number(button.dataset.x);
        flag.style.top = `${top}px`;
        flag.style.left = `${button.dataset.shift}px`;
        flag.style.maxWidth = `${Math.max(LEAST, Math.min(MOST, room))}px`;
      }),
    );
  }

  /** The row in which least is taken up, the first of equals. */
  const best = (rows, of) => rows.reduce((a, b) => (of(b) < of(a) ? b : a));

  /** About as wide as the label would be. */
  const size = (button) => Math.min(MOST, LEAST + 8 + [...button.querySelector(".wave-title").textContent].reduce((sum, each) => sum + (each > "⺀" ? 12 : 6.5), 0));

  // In full

  function open(button) {
    const flag = button.querySelector(".wave-flag");
    if (flag.hidden || button.classList.contains("opened")) return;
    button.classList.add("opened");
    const at = Number(button.dataset.x) + Number(button.dataset.shift);
    const over = at + flag.offsetWidth - wide;
    if (over > 0) flag.style.left = `${Number(button.dataset.shift) - Math.min(over, at)}px`;
  }

  function close(button) {
    if (!button.classList.contains("opened")) return;
    button.classList.remove("opened");
    button.querySelector(".wave-flag").style.left = `${button.dataset.shift}px`;
  }

  const of = (event) => event.target.closest?.(".wave-mark");
  for (const name of ["pointerover", "focusin"]) marks.addEventListener(name, (event) => of(event) && open(of(event)));
  // a browser does not tell that the pointer left what was hidden under it for a moment: where it is instead counts
  document.addEventListener("pointerover", (event) => {
    for (const each of marks.querySelectorAll(".opened")) if (!each.contains(event.target) && each !== document.activeElement) close(each);
  });
  for (const name of ["pointerout", "focusout"]) {
    marks.addEventListener(name, (event) => {
      const button = of(event);
      if (button && !button.contains(event.relatedTarget) && button !== document.activeElement) close(button);
      if (button && name === "focusout") close(button);
    });
  }

  // One stop for the tab key; the arrows go from label to label.

  const reachable = () =>
    [...marks.children].filter((each) => !each.hidden && !each.querySelector(".wave-flag").hidden).sort((a, b) => a.dataset.x - b.dataset.x);

  function rove(to = null) {
    const all = reachable();
    const stop = to ?? all.find((each) => each === document.activeElement) ?? all.find((each) => each.dataset.criterion === criterion) ?? all[0];
    for (const each of marks.children) each.tabIndex = each === stop ? 0 : -1;
    return stop;
  }

  marks.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && of(event)) close(of(event));
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    const all = reachable();
    const at = all.indexOf(of(event));
    if (!step || at < 0) return;
    event.preventDefault();
    rove(all[Math.min(all.length - 1, Math.max(0, at + step))]).focus();
  });

  marks.addEventListener("click", (event) => {
    const mark = of(event);
    if (!mark) return;
    document.dispatchEvent(new CustomEvent("call:finding", { detail: mark.dataset.criterion }));
    player.playPlace(Number(mark.dataset.play), Number(mark.dataset.end));
  });

  return {
    draw,
    /** Show which finding is being looked at. */
    current(name) {
      criterion = name;
      for (const mark of marks.children) mark.classList.toggle("current", mark.dataset.criterion === name);
    },
  };
}
