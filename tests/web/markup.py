"""The shape of a page's markup."""

from __future__ import annotations

from html.parser import HTMLParser


class Shape(HTMLParser):
    """Ids, and text by element, of a page; complains about nesting that no browser would leave alone."""

    VOID = frozenset(["meta", "link", "input", "br", "img", "source", "hr"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.open: list[str] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if facts.get("id"):
            self.ids.append(facts["id"] or "")
        self.inline += [name for name in facts if name == "style" or name.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, (tag, self.open[-5:])
