"""A name written by a template reads back as what went in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path, PurePath

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest import Template, discover
from pipeline.settings import CallListSettings
from tests.examples import examples

value = st.text(st.characters(categories=("L", "N"), exclude_characters="_"), min_size=1, max_size=12)
field = st.sampled_from(["agent", "agent_name", "team", "queue", "direction", "customer", "call_id"])
columns = {"agent": "agent_id", "customer": "customer_number"}


@settings(deadline=None)
@given(
    values=st.dictionaries(field, value, min_size=1),
    started=st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)),
)
def test_round_trip(values, started):
    started = started.replace(microsecond=0)
    text = "_".join(f"{{{name}}}" for name in values) + "_{started:%Y%m%d-%H%M%S}"
    name = "_".join(values.values()) + started.strftime("_%Y%m%d-%H%M%S")

    facts = Template(text).match(PurePath(name))

    assert facts is not None
    assert facts.values == {columns.get(name, name): text for name, text in values.items()}
    assert facts.started_at == started


@settings(max_examples=examples(60))
@given(
    raw=st.binary(max_size=400),
    heading=st.sampled_from([b"call_id,file\n", b"", "通话ID;录音文件\n".encode("gbk")]),
)
def test_any_list_is_read_or_refused(tmp_path_factory, raw, heading):
    from pipeline.errors import UsageError

    folder: Path = tmp_path_factory.mktemp("dump")
    calls = folder / "calls.csv"
    calls.write_bytes(heading + raw)
    try:
        found = discover(folder, calls=calls, settings=CallListSettings())
    except UsageError:
        return
    assert found.candidates == ()
    assert all(problem.line for problem in found.problems)
