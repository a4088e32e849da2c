// Trends of an agent beside the team's, drawn by uPlot from the JSON in the page. The table behind says the same.

import uPlot from "../vendor/uplot.esm.js";

const holder = document.getElementById("trend");
const data = holder ? JSON.parse(holder.textContent) : null;
const drawn = [];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const day = (text) => Date.parse(`${text}T00:00:00Z`) / 1000;
const monthDay = (seconds) => new Date(seconds * 1000).toISOString().slice(5, 10);

function draw(place) {
  const { own, team } = data[place.dataset.trend];
  const weeks = data.weeks.map(day);
  const numbers = [...own, ...team].filter((value) => value !== null);
  if (!numbers.length) return null;
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: `12px ${getComputedStyle(document.body).fontFamily}` };
  const point = { show: true, size: 6, fill: colour("--accent") };
  const options = {
    width: place.clientWidth,
    height: place.clientHeight || 200,
    cursor: { drag: { x: false, y: false }, points: { size: 8 } },
    legend: { show: false },
    scales: { x: { time: false, range: (_, low, high) => (low === high ? [low - 604800, high + 604800] : [low, high]) }, y: { range: (_, low, high) => room(low, high) } },
    axes: [
      { ...axis, values: (_, splits) => splits.map(monthDay), splits: () => thin(weeks, place.clientWidth), grid: { show: false } },
      { ...axis, size: 44 },
    ],
    series: [
      {},
      { stroke: colour("--accent"), width: 2, points: point, spanGaps: true },
      { stroke: colour("--muted"), width: 1.5, dash: [5, 3], points: { show: weeks.length === 1, size: 13, width: 2, fill: "transparent" }, spanGaps: true }, // a ring: what is equal shows inside
    ],
  };
  return new uPlot(options, [weeks, own, team], place);
}

/** Both kinds end at 100. Never less than ten wide, or what differs by nothing looks like a fall. */
function room(low, high) {
  if (low === null || high === null) return [0, 100];
  const space = Math.max((high - low) * 0.15, 5 - (high - low) / 2);
  return [Math.max(0, low - space), Math.min(100.5, high + space)];
}

/** Not more labels than have room. */
function thin(weeks, width) {
  const step = Math.max(1, Math.ceil(weeks.length / Math.max(2, Math.floor((width - 60) / 64))));
  return weeks.filter((_, place) => place % step === 0);
}

function drawAll() {
  for (const plot of drawn.splice(0)) plot.destroy();
  for (const place of document.querySelectorAll("[data-trend]")) {
    const plot = draw(place);
    if (plot) drawn.push(plot);
  }
}

if (data) {
  drawAll();
  let timer = 0;
  new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(() => document.querySelectorAll("[data-trend]").forEach((place, at) => drawn[at]?.setSize({ width: place.clientWidth, height: place.clientHeight })), 100);
  }).observe(document.getElementById("content"));
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}
