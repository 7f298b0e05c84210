"""What the words of a column mean that holds one of a few options."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.core.context import Context
from models.core.errors import Invalid
from models.core.fields import Choice
from models.core.fields.synonyms import squeezed
from models.core.parsing import values
from models.exchange.answers import Answers

if TYPE_CHECKING:
    pass

PIPELINE = re.compile(r"\s*\([^()]*\)\s*\Z")
"""The name that some systems write behind a stage."""
SHOWN = 12
"""How many unknown words and names are listed; of the others only the number is given."""


@dataclass
class Words:
    """The words of a column of options."""

    kind: Choice
    header: str
    target: str
    answers: Answers
    unknown: Counter[str] = field(default_factory=Counter)
    translated: dict[str, str] = field(default_factory=dict)
    """Words of the file that have another name here."""

    def read(self, work: Context, words: Counter[str]) -> dict[str, str]:
        """Return the option of each word, folded, and count the words that mean nothing here."""
        said = self.said(work)
        found: dict[str, str] = {}
        for word, count in words.items():
            option = said.get(values.fold(word), self.option(work, word))
            if option is None:
                self.unknown[word] += count
            else:
                found[values.fold(word)] = option
                if option and squeezed(option) != squeezed(word):
                    self.translated[word] = self.kind.name(option)
        return found

    def are_unknown(self, words: Counter[str]) -> bool:
        """Return whether nothing in the column is understood."""
        return bool(words) and self.unknown.keys() == words.keys()

    def said(self, work: Context) -> dict[str, str]:
        """Return what the person says that words of this column mean."""
        names = (values.fold(self.header), self.target, values.fold(self.kind.label))
        mine = {
            word: to
            for (header, word), to in self.answers.words.items()
            if values.fold(header) in names
        }
        try:
            return {
                values.fold(word): self.kind.read(option, work) if option else ""
                for word, option in mine.items()
            }
        except ValueError as error:
            raise Invalid({"map": str(error)}) from None

    def option(self, work: Context, word: str) -> str | None:
        """Return the option that a word is, also where the name of its pipeline follows.

        An example is `New (Support Pipeline)`.
        """
        for each in dict.fromkeys((word, PIPELINE.sub("", word))):
            try:
                return self.kind.read(each, work)
            except ValueError:
                continue
        return None

    def tell(
        self, notes: list[str], questions: list[str], unknown: dict[str, Counter[str]]
    ) -> None:
        """Note what the words were taken for, and ask about those that mean nothing here."""
        if self.translated:
            told = ", ".join(
                f"“{word[:60]}” is {option}"
                for word, option in list(self.translated.items())[:SHOWN]
            )
            notes.append(f"{self.header}: {told}{', …' if len(self.translated) > SHOWN else ''}.")
        if not self.unknown:
            return
        unknown[self.header] = self.unknown
        options = ", ".join(self.kind.name(option) for option in self.kind.options)
        example, verb = next(iter(self.unknown)), "is" if len(self.unknown) == 1 else "are"
        sentence = (
            f"{self.header}: {listed(self.unknown)} {verb} none of ours ({options}). "
            f'Say what is meant: --map "{self.header}:{example}={next(iter(self.kind.options))}"'
        )
        if self.kind.required and not self.answers.anyway:
            questions.append(sentence)
        else:
            notes.append(sentence)


def listed(words: Counter[str]) -> str:
    """Return words with the number of rows that have them, the most frequent first."""
    shown = [f"“{word[:60]}” ({count:,})" for word, count in words.most_common(SHOWN)]
    return ", ".join(shown) + (f" and {len(words) - SHOWN:,} more" if len(words) > SHOWN else "")
