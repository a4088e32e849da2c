"""The chart: bars for throughput, points for the error rate, one line per way. Plain SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.sax.saxutils import escape

from pipeline.bench.report import Benchmark
from pipeline.bench.ways import Way

_WIDTH = 860
_TOP, _LINE, _BOTTOM = 84, 50, 52
_BARS, _BARS_END = 268, 560
_POINTS, _POINTS_END = 632, 820
_BAR = 22

_STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .small { font-size: 11px; fill: #57606a; }
  .value { font-weight: 600; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
  .grid { stroke: #e4e8ec; stroke-width: 1; }
  .other { fill: #b6bec8; } .ours { fill: #0f766e; }
  .limit { fill: none; stroke: #8c959f; stroke-dasharray: 4 3; }
  .stem { stroke: #d0d7de; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .value { stroke: #0d1117; } .small { fill: #8d96a0; }
    .grid, .stem { stroke: #3d444d; }
    .other { fill: #59636e; } .ours { fill: #2dd4bf; } .limit { stroke: #8d96a0; }
  }
"""


def draw(bench: Benchmark, titles: Mapping[Way, str]) -> str:
    """The chart as an SVG document; throughput without loading, error rate by role."""
    height = _TOP + _LINE * len(bench.rows) + _BOTTOM
    speeds = {row.way: bench.times_real_time(row, loading=False) for row in bench.rows}
    rates = {row.way: row.accuracy.error_rate for row in bench.rows if row.accuracy is not None}
    known = [rate for rate in rates.values() if rate is not None]
    speed_top, speed_step = _axis(max(speeds.values(), default=1.0))
    rate_top, rate_step = _axis(max(known, default=0.3))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(_spoken(bench, titles), {chr(34): "&quot;"})}">',
        f"<style>{_STYLE}</style>",
        _text(20, 30, f"{bench.calls} calls, model {bench.model} {bench.compute_type}, "
              f"{bench.machine.cores} cores", "title"),
        _text(_BARS, 62, "seconds of audio per second (more is better)", "small"),
        _text(_POINTS, 62, "character error rate (less is better)", "small"),
    ]  # fmt: skip
    foot = _TOP + _LINE * len(bench.rows)
    out += _grid(_BARS, _BARS_END, speed_top, speed_step, foot)
    out += _grid(_POINTS, _POINTS_END, rate_top, rate_step, foot)
    for index, row in enumerate(bench.rows):
        y = _TOP + _LINE * index + _LINE / 2
        kind = {Way.OURS: "ours", Way.LIMIT: "limit"}.get(row.way, "other")
        width = (_BARS_END - _BARS) * speeds[row.way] / speed_top
        out.append(_text(_BARS - 12, y + 4, titles[row.way], "value" if kind == "ours" else "", anchor="end"))
        out.append(
            f'<rect class="{kind}" x="{_BARS}" y="{y - _BAR / 2:.1f}" '
            f'width="{width:.1f}" height="{_BAR}" rx="3"/>'
        )
        out.append(_text(_BARS + width + 7, y + 4, f"{speeds[row.way]:.1f}×", "value"))
        rate = rates.get(row.way)
        if rate is not None:
            x = _POINTS + (_POINTS_END - _POINTS) * rate / rate_top
            out.append(f'<line class="stem" x1="{_POINTS}" y1="{y}" x2="{x:.1f}" y2="{y}"/>')
            out.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y}" r="7"/>')
            out.append(_text(x, y - 12, f"{rate:.3f}", "value", anchor="middle"))
    foot_note = f"{bench.date[:10]}, {bench.machine.processor}; the loading of the model is not counted"
    out += [_text(20, height - 12, foot_note, "small"), "</svg>"]
    return "\n".join(out) + "\n"


def _axis(top: float) -> tuple[float, float]:
    """End of an axis that holds ``top``, and a round step that fits into it up to seven times."""
    raw = max(top, 1e-9) * 1.02 / 7
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1.0, 2.0, 2.5, 5.0, 10.0) if f * power >= raw)
    return step * math.ceil(top * 1.02 / step), step


def _grid(left: float, right: float, top: float, step: float, foot: float) -> list[str]:
    out = []
    for n in range(round(top / step) + 1):
        x = left + (right - left) * n * step / top
        out.append(f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{foot}"/>')
        out.append(_text(x, foot + 16, f"{n * step:.4g}", "small", anchor="middle"))
    return out


def _text(x: float, y: float, text: str, kind: str = "", *, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _spoken(bench: Benchmark, titles: Mapping[Way, str]) -> str:
    """The chart in words, for those who cannot see it."""
    parts = []
    for row in bench.rows:
        rate = row.accuracy.error_rate if row.accuracy else None
        errors = "" if rate is None else f", character error rate {rate:.3f}"
        parts.append(
            f"{titles[row.way]}: {bench.times_real_time(row, loading=False):.1f} times real time{errors}"
        )
    return "; ".join(parts)
