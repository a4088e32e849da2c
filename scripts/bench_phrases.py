"""How fast text is matched: characters per CPU second, by the ways phrases are found.

    python scripts/bench_phrases.py [--phrases 5000] [--calls 60]

Phrases are made up of words of service calls; the default lexicons are timed too. Nothing is remembered from
one call to the next. The best of several rounds counts: other programs only slow it down.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.domain import How, Utterance
from pipeline.phrases import Lexicons, compile_matcher, load_lexicons
from scripts.bench_rescore import PARTS_OF_SPEECH, ROOT, synthesise

ROUNDS = 5
WAYS = {
    "exact": frozenset({How.EXACT}),
    "exact and patterns": frozenset({How.EXACT, How.PATTERN}),
    "exact, patterns, sound": frozenset(How),
}


def made_up(phrases: int, folder: Path) -> Lexicons:
    """A lexicon of so many phrases of 5 to 12 characters, one in twenty with a pattern."""
    dice, written = random.Random(1), set[str]()  # noqa: S311 - the same phrases each time
    while len(written) < phrases:
        words = "".join(dice.choice(PARTS_OF_SPEECH) for _ in range(dice.randint(3, 5)))
        if 5 <= len(words) <= 12:
            written.add(words)
    per_code, made = 50, sorted(written)
    for start in range(0, len(made), per_code):
        lines = [
            f"  - {{code: made-up-{start}, kind: forbidden, title: 测试, severity: D, role: any, phrases: ["
        ]
        for number, words in enumerate(made[start : start + per_code]):
            pattern = f"patterns: ['{words[:2]}.{{1,4}}{words[-3:]}'], " if number % 20 == 0 else ""
            lines.append(f"      {{phrase: {words}, {pattern}reason: test, examples: {{hit: [{words}]}}}},")
        (folder / f"{start:05}.yaml").write_text("codes:\n" + "\n".join([*lines, "    ]}"]), encoding="utf-8")
    return load_lexicons(folder)


def time_matching(name: str, lexicons: Lexicons, calls: Sequence[tuple[Utterance, ...]]) -> None:
    characters = sum(len(u.text) for said in calls for u in said)
    for ways, chosen in WAYS.items():
        matcher = compile_matcher(lexicons, ways=chosen)
        hits, took = 0, float("inf")
        for _ in range(ROUNDS):
            began = time.process_time()
            hits = sum(len(matcher.match(said)) for said in calls)
            took = min(took, time.process_time() - began)
        print(f"{name:<28} {ways:<24} {characters / took:10,.0f} characters/s  {hits:6} hits", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phrases", type=int, default=5000)
    parser.add_argument("--calls", type=int, default=60)
    asked = parser.parse_args()
    calls = [synthesise(number, minutes=5.0).transcript.utterances for number in range(asked.calls)]
    with tempfile.TemporaryDirectory(prefix="callinspect-bench-") as folder:
        lexicons = made_up(asked.phrases, Path(folder))
    time_matching(f"{len(lexicons.phrases)} made-up phrases", lexicons, calls)
    default = load_lexicons(ROOT / "lexicons" / "zh")
    time_matching(f"default, {len(default.phrases)} entries", default, calls)


if __name__ == "__main__":
    main()
