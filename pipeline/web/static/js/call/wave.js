// The two lanes: wavesurfer draws the sound from peaks (it never loads the file), what lies behind and on it
// is drawn here: bands of speech, silence, hold and overlap. Places of findings are drawn by labels.js.

import { onKey } from "../keys.js";
import { clock } from "./clock.js";
import { startLabels } from "./labels.js";

const LANE = 48;
const MOST_PX_PER_SECOND = 240;

export function startWave(frame, player, drawing) {
  const stage = document.getElementById("wave-stage");
  if (!stage || !drawing?.duration) return { current: () => {}, redraw: () => {} };
  const bands = stage.querySelector(".wave-bands");
  const axis = stage.querySelector(".wave-axis");
  const zoom = document.getElementById("zoom");
  const host = stage.querySelector(".wave-sound");
  const labels = startLabels(stage, player);
  let surfer = null;
  let asked = 0;

  const width = () => stage.clientWidth;
  const scale = () => (surfer ? surfer.getWrapper().scrollWidth : width()) / drawing.duration; // px per second
  const left = () => surfer?.getScroll() ?? 0;

  load();

  async function load() {
    drawAll();
    const [{ default: WaveSurfer }, peaks] = await Promise.all([import(frame.dataset.wavesurfer), ask(`${frame.dataset.base}/peaks`)]).catch(() => [{}, null]);
    if (!WaveSurfer || !peaks) return;
    const lanes = peaks.lanes.map((lane) => Float32Array.from(lane, (value) => value / 127));
    const colours = style();
    surfer = WaveSurfer.create({
      container: host,
      media: player.sound ?? document.createElement("audio"),
      peaks: lanes,
      duration: peaks.duration,
      height: LANE,
      splitChannels: [
        { height: LANE, waveColor: colours.agent, progressColor: colours.agent },
        { height: LANE, waveColor: colours.customer, progressColor: colours.customer },
      ],
      cursorColor: colours.text,
      cursorWidth: 2,
      normalize: false,
      interact: true,
      dragToSeek: true,
      autoScroll: true,
      autoCenter: false,
      hideScrollbar: true,
      cspNonce: document.querySelector('meta[name="style-nonce"]')?.content,
    });
    surfer.on("redraw", drawAll);
    surfer.on("redrawcomplete", drawAll);
    surfer.on("scroll", drawAll);
    surfer.on("interaction", (time) => player.seek(time));
    surfer.on("ready", drawAll);
    zoom.addEventListener("input", () => zoomTo(Number(zoom.value)));
    host.addEventListener("wheel", wheel, { passive: false });
    document.addEventListener("callinspect:theme", recolour);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
  }

  function recolour() {
    const colours = style();
    surfer?.setOptions({
      cursorColor: colours.text,
      splitChannels: [
        { height: LANE, waveColor: colours.agent, progressColor: colours.agent },
        { height: LANE, waveColor: colours.customer, progressColor: colours.customer },
      ],
    });
    drawAll();
  }

  /** 0: all of the call; 100: 240 px a second; in between even steps of magnification. */
  function zoomTo(value) {
    const whole = width() / drawing.duration;
    zoom.value = value;
    surfer?.zoom(value <= 0 ? 0 : whole * (Math.max(MOST_PX_PER_SECOND, whole * 2) / whole) ** (value / 100));
    drawAll();
  }

  function wheel(event) {
    if (event.ctrlKey) {
      event.preventDefault();
      zoomTo(Math.min(100, Math.max(0, Number(zoom.value) - Math.sign(event.deltaY) * 8)));
    } else if (surfer && surfer.getWrapper().scrollWidth > width() + 2) {
      event.preventDefault();
      surfer.setScroll(left() + event.deltaX + event.deltaY);
    }
  }

  // Drawing

  function drawAll() {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      drawBands();
      drawAxis();
      labels.draw(width(), scale(), left());
    });
  }

  function drawBands() {
    const ctx = fresh(bands, width(), 2 * LANE);
    const colours = style();
    const per = scale();
    const from = left();
    const each = (spans, top, height, fill) => {
      ctx.fillStyle = fill;
      for (const [start, end] of spans) {
        const x = start * per - from;
        const w = Math.max(1, (end - start) * per);
        if (x + w >= 0 && x <= width()) ctx.fillRect(x, top, w, height);
      }
    };
    each(drawing.speech.agent, 0, LANE, colours.agentSoft);
    each(drawing.speech.customer, LANE, LANE, colours.customerSoft);
    each(drawing.bands.silence, 0, 2 * LANE, hatch(ctx, colours.line));
    each(drawing.bands.hold, 0, 2 * LANE, dots(ctx, colours.line));
    each(drawing.bands.overlap, LANE - 5, 10, stripes(ctx, colours.warning));
    ctx.fillStyle = colours.line;
    ctx.globalAlpha = 0.5;
    ctx.fillRect(0, LANE, width(), 1);
    ctx.globalAlpha = 1;
  }

  function drawAxis() {
    const ctx = fresh(axis, width(), 16);
    const colours = style();
    const per = scale();
    const from = left();
    const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200].find((seconds) => seconds * per >= 64) ?? 3600;
    ctx.font = `11px ${getComputedStyle(stage).fontFamily}`;
    ctx.textBaseline = "middle";
    ctx.fillStyle = colours.muted;
    for (let time = Math.floor(from / per / step) * step; time <= drawing.duration && time * per - from <= width(); time += step) {
      const x = Math.round(time * per - from);
      ctx.fillRect(x, 0, 1, 5);
      const words = clock(time);
      if (x + 4 + ctx.measureText(words).width < width()) ctx.fillText(words, x + 4, 8.5);
    }
  }

  new ResizeObserver(drawAll).observe(stage);
  onKey("+", () => zoomTo(Math.min(100, Number(zoom.value) + 15)));
  onKey("=", () => zoomTo(Math.min(100, Number(zoom.value) + 15)));
  onKey("-", () => zoomTo(Math.max(0, Number(zoom.value) - 15)));

  return {
    /** Show which finding is being looked at. */
    current: labels.current,
    redraw: drawAll,
  };
}

async function ask(address) {
  const answer = await fetch(address);
  const content = await answer.json();
  if (answer.ok) return content;
  const line = document.getElementById("sound-gone");
  if (line) {
    line.textContent = content.error?.message ?? "";
    line.hidden = false;
  }
  return null;
}

function style() {
  const found = getComputedStyle(document.documentElement);
  const colour = (name) => found.getPropertyValue(name).trim();
  return {
    agent: colour("--agent"),
    customer: colour("--customer"),
    agentSoft: mix(colour("--agent")),
    customerSoft: mix(colour("--customer")),
    text: colour("--text"),
    muted: colour("--muted"),
    line: colour("--line-strong"),
    warning: colour("--warning"),
  };
}

const mix = (colour) => `${colour}22`; // the theme's colours are #rrggbb

function fresh(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  return ctx;
}

function tile(ctx, size, paint) {
  const small = document.createElement("canvas");
  small.width = small.height = size;
  paint(small.getContext("2d"));
  return ctx.createPattern(small, "repeat");
}

const hatch = (ctx, colour) =>
  tile(ctx, 8, (c) => {
    c.strokeStyle = colour;
    c.globalAlpha = 0.8;
    c.beginPath();
    for (const shift of [-8, 0, 8]) {
      c.moveTo(shift, 8);
      c.lineTo(shift + 8, 0);
    }
    c.stroke();
  });

const dots = (ctx, colour) =>
  tile(ctx, 6, (c) => {
    c.fillStyle = colour;
    c.fillRect(1, 1, 2, 2);
  });

const stripes = (ctx, colour) =>
  tile(ctx, 4, (c) => {
    c.fillStyle = colour;
    c.fillRect(0, 0, 2, 4);
  });
