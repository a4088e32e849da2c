"""Others as nobody in particular: names that stand for agents on one page, and lead nowhere.

A name is a letter. Which letter an agent has follows from a secret, from whom the page is for and from what
it shows: on one page it stays the same, another page or another reader has another order. So neither the
order nor two pages beside each other say who it is, and there is no address to try.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from pipeline.errors import Refused

FEWEST_OTHERS = 5
"""With fewer other agents a letter hides nobody. Five is a convention of ours: who knows themselves and one
colleague still has four to choose from."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """How one page calls agents."""

    secret: bytes
    page: str
    """What is shown, and to whom."""
    own: str | None
    """The reader's own number: it stays."""
    word: Callable[[str], str]
    """A letter as a name, in the reader's language."""

    def names(self, agents: Collection[str], *, fewest: int = FEWEST_OTHERS) -> Mapping[str, str]:
        """Number -> what the page calls it; the others in the order of their letters, the reader first.

        Raises:
            Refused: ``openness-few``: too few others to hide among.
        """
        others = sorted(set(agents) - {self.own}, key=self._place)
        if others and len(others) < fewest:
            raise Refused("too few others to stay unknown", code="openness-few", fewest=fewest)
        found = {} if self.own is None else {self.own: self.own}
        return found | {agent: self.word(_letters(number)) for number, agent in enumerate(others)}

    def _place(self, agent: str) -> bytes:
        said = f"{self.page}\n{agent}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.secret, said, "sha256")


def _letters(number: int) -> str:
    """``A`` to ``Z``, then ``AA``: as a spreadsheet names its columns."""
    rest, last = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)
