"""Hum of the mains: steady lines at 50 or 60 Hz and their multiples, louder than many a voice.

Beside such a hum the level of a channel hardly moves when somebody speaks, and voice activity hears nothing.
The lines are looked for where it is quietest: a voice or a tone is not there all the time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import SAMPLE_RATE_HZ, Sound

MAINS_HZ = (50.0, 60.0)
_AROUND_HZ = 0.6
"""Mains frequencies stray by less."""
_MULTIPLES = 24
_FEWEST_LINES = 3
"""Of a hum; a single line may be ringback (450 Hz) or a beep."""
_STANDS_OUT = 30.0
"""Times the median power of the neighbourhood (15 dB)."""
_AUDIBLE = 10 ** (-40 / 10)
"""Power of all lines together, full scale 1, from which they are taken out: softer ones hide nobody."""
_WINDOW = 1 << 15
"""Two seconds: lines 0.5 Hz wide."""
_QUIETEST, _FEWEST_WINDOWS = 0.25, 2
_NOTCH_HZ = 3.0
_BLOCK = 600 * SAMPLE_RATE_HZ


def remove_hum(samples: Sound) -> tuple[float, ...]:
    """Take the lines of a hum out of a channel, in place; sound without one is not touched.

    Returns:
        The frequencies taken out, in Hz.
    """
    lines = hum_lines(samples)
    if lines:
        # here: it takes a second to load, hum is rare, and many a command hears nothing at all
        from scipy.signal import iirnotch, sosfilt, sosfilt_zi, tf2sos

        filters = np.vstack([tf2sos(*iirnotch(hz, hz / _NOTCH_HZ, SAMPLE_RATE_HZ)) for hz in lines])
        state = sosfilt_zi(filters) * float(np.asarray(samples[:1], np.float32)[0])
        for start in range(0, len(samples), _BLOCK):
            piece = np.asarray(samples[start : start + _BLOCK], np.float32)
            filtered, state = sosfilt(filters, piece, zi=state)
            samples[start : start + len(piece)] = filtered.astype(np.float32)
    return lines


def hum_lines(samples: Sound) -> tuple[float, ...]:
    """The frequencies of a hum on a channel, in Hz; none where there is none worth the work."""
    count = len(samples) // _WINDOW
    if count < _FEWEST_WINDOWS:
        return ()
    step = max(1, count // 200)
    starts = np.arange(0, count, step) * _WINDOW
    power = np.array([_power(samples, start) for start in starts.tolist()])
    if float(np.percentile(power, 100 * _QUIETEST)) < _AUDIBLE:
        return ()
    quiet = np.argsort(power)[: max(_FEWEST_WINDOWS, round(_QUIETEST * len(power)))]
    window = np.hanning(_WINDOW).astype(np.float32)
    spectrum = np.zeros(_WINDOW // 2 + 1)
    for start in starts[quiet].tolist():
        piece = np.asarray(samples[start : start + _WINDOW], np.float32)
        spectrum += np.abs(np.fft.rfft((piece - piece.mean()) * window)) ** 2
    spectrum *= 2 / (len(quiet) * _WINDOW * float(np.dot(window, window)))
    found = [_lines_of(spectrum, mains) for mains in MAINS_HZ]
    lines, level = max(found, key=lambda one: one[1])
    return lines if len(lines) >= _FEWEST_LINES and level >= _AUDIBLE else ()


def _power(samples: Sound, start: int) -> float:
    piece = np.asarray(samples[start : start + _WINDOW], np.float32)
    return float(np.dot(piece, piece)) / _WINDOW


def _lines_of(spectrum: NDArray[np.float64], mains: float) -> tuple[tuple[float, ...], float]:
    """The multiples of a mains frequency that stand out, and their power together."""
    per_hz = _WINDOW / SAMPLE_RATE_HZ
    lines, level = [], 0.0
    for number in range(1, _MULTIPLES + 1):
        middle, reach = number * mains * per_hz, max(2.0, number * _AROUND_HZ * per_hz)
        first, last = round(middle - reach), round(middle + reach) + 1
        around = spectrum[max(1, round(middle - 20 * per_hz)) : round(middle + 20 * per_hz)]
        peak = first + int(np.argmax(spectrum[first:last]))
        if spectrum[peak] > _STANDS_OUT * float(np.median(around)):
            lines.append(peak / per_hz)
            level += float(spectrum[peak - 2 : peak + 3].sum())
    return tuple(lines), level
