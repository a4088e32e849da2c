"""Pages that stand in one file: for mail, paper and whoever has no account in the review room."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from pipeline.messages import Lang, say
from pipeline.settings import Settings
from pipeline.web.context import PageContext, names_of
from pipeline.web.render import READER, PageReader, environment
from pipeline.web.titles import english_titles, neutral_titles

STYLES = ("app.css", "board.css", "settlement.css")
FOLDER = Path(__file__).parent / "static" / "css"


def standalone(context: PageContext, settings: Settings, lang: Lang) -> bytes:
    """The page as one file that needs nothing else: styles inside, no script, no picture from elsewhere."""
    titles = {} if lang == "zh" else english_titles(settings)
    shared = {"t": partial(say, lang), "lang": lang}
    reader = READER.set(PageReader(lang, titles, neutral_titles(settings)))
    templates = environment(lang)
    try:
        shared["ui"] = templates.get_template("macros.html").make_module({**shared, "visitor": None})
        html = templates.get_template(context.template).render(shared | names_of(context))
    finally:
        READER.reset(reader)
    return html.encode("utf-8", "replace")


@cache
def styles() -> str:
    """What a file looks like, without the files of the room."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES)
