// The sound: play, pause, speed, skipping of silence, loops. Everything else asks the player.

import { onKey } from "../keys.js";
import { clock } from "./clock.js";

export const LEAD = 1; // seconds that are played before a place: people need to hear how it began
const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const SPEED_KEY = "callinspect.speed";
const SKIP_KEY = "callinspect.skip";
const SHORTEST_SKIP = 0.8;

export function startPlayer(drawing) {
  const sound = document.getElementById("sound");
  const listeners = { tick: new Set(), seek: new Set(), place: new Set() };
  const quiet = drawing ? joined([...drawing.bands.silence, ...drawing.bands.hold]) : [];
  let skipping = localStorage.getItem(SKIP_KEY) === "yes";
  let looping = false;
  let place = null; // {start, end, stop}: what is being played
  let frame = 0;

  const tell = (what, ...facts) => listeners[what].forEach((each) => each(...facts));
  const api = {
    sound,
    duration: drawing?.duration ?? 0,
    get time() {
      return sound?.currentTime ?? 0;
    },
    get playing() {
      return Boolean(sound) && !sound.paused;
    },
    on: (what, action) => listeners[what].add(action),
    /** Go on from here. */
    playFrom(time) {
      place = null;
      go(time, true);
    },
    /** Play a place with a little before and after, then stop; again and again where a loop is on. */
    playPlace(start, end) {
      place = { start: Math.max(0, start - LEAD), end: Math.min(api.duration || Infinity, Math.max(end, start + 0.5) + LEAD) };
      tell("place", start, end);
      go(place.start, true);
    },
    seek: (time) => {
      place = null;
      go(time, api.playing);
    },
    toggle,
  };

  function go(time, play) {
    if (!sound) return;
    const to = Math.min(Math.max(0, time), Math.max(0, (api.duration || time) - 0.05));
    sound.currentTime = to;
    tell("seek", to);
    if (play) sound.play().catch(() => {});
    tick();
  }

  function toggle() {
    if (!sound) return;
    if (sound.paused) sound.play().catch(() => {});
    else sound.pause();
  }

  function tick() {
    cancelAnimationFrame(frame);
    if (!sound) return;
    const now = sound.currentTime;
    if (!sound.paused) {
      if (place && now >= place.end) {
        if (looping) sound.currentTime = place.start;
        else {
          place = null;
          sound.pause();
        }
      } else if (skipping && !place) skip(now);
      frame = requestAnimationFrame(tick);
    }
    clockOut(now);
    tell("tick", now);
  }

  function skip(now) {
    const gap = quiet.find(([from, to]) => now >= from && now < to - SHORTEST_SKIP);
    if (gap) sound.currentTime = gap[1] - 0.3;
  }

  // Controls

  const time = document.getElementById("time");
  const button = document.getElementById("play");
  const speedOut = document.getElementById("speed");
  const skipButton = document.getElementById("skip");
  const loopButton = document.getElementById("loop");

  function clockOut(now) {
    const tenths = Math.floor(now * 10 + 1e-6);
    const text = `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
    if (time && time.value !== text) time.value = text;
  }

  function state() {
    if (!button) return;
    const playing = api.playing;
    button.classList.toggle("playing", playing);
    button.querySelector(".play-words").textContent = playing ? button.dataset.pauseWords : button.dataset.playWords;
    tick();
  }

  function speed(step) {
    if (!sound) return;
    const at = Math.max(0, SPEEDS.indexOf(sound.playbackRate));
    setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at + step))]);
  }

  function setSpeed(rate) {
    sound.defaultPlaybackRate = sound.playbackRate = rate;
    speedOut.value = `${rate}×`;
    localStorage.setItem(SPEED_KEY, rate);
  }

  if (!sound) {
    document.querySelector(".player-bar")?.remove();
    return api;
  }
  sound.removeAttribute("controls");
  sound.preservesPitch = true;
  setSpeed(SPEEDS.includes(Number(localStorage.getItem(SPEED_KEY))) ? Number(localStorage.getItem(SPEED_KEY)) : 1);
  for (const name of ["play", "pause", "ended"]) sound.addEventListener(name, state);
  sound.addEventListener("seeked", tick);
  sound.addEventListener("error", why);
  button.addEventListener("click", toggle);
  for (const each of document.querySelectorAll("[data-speed]")) each.addEventListener("click", () => speed(Number(each.dataset.speed)));
  press(skipButton, skipping);
  skipButton.addEventListener("click", () => {
    skipping = !skipping;
    localStorage.setItem(SKIP_KEY, skipping ? "yes" : "no");
    press(skipButton, skipping);
  });
  loopButton.addEventListener("click", () => {
    looping = !looping;
    press(loopButton, looping);
    if (looping && !place) document.dispatchEvent(new CustomEvent("call:loop"));
  });
  onKey(" ", toggle);
  onKey("[", () => speed(-1));
  onKey("]", () => speed(1));
  onKey("ArrowLeft", () => api.seek(api.time - 5));
  onKey("ArrowRight", () => api.seek(api.time + 5));
  const asked = Number(new URLSearchParams(location.search).get("t"));
  if (asked > 0) sound.currentTime = Math.max(0, asked - LEAD);
  tick();
  return api;
}

const press = (button, on) => button.setAttribute("aria-pressed", String(on));

/** Spans in order; what overlaps or touches is one. */
function joined(spans) {
  const out = [];
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && from <= last[1] + 0.1) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** A player only says that it failed; the peaks, which are asked for anyway, say why. */
async function why() {
  const line = document.getElementById("sound-gone");
  if (!line || !line.hidden) return;
  const base = document.getElementById("call").dataset.base;
  try {
    const answer = await fetch(`${base}/peaks`);
    if (answer.ok) return;
    line.textContent = (await answer.json()).error.message;
    line.hidden = false;
  } catch {
    // the banner of the page says that the network is away
  }
}
