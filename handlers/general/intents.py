"""What people want to do, in their words, with an example of theirs and a button that does it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.core.request import Request
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.general.examples import Examples
from handlers.general.focus import Focus, may
from models.core.fields.words import said as in_our_words

SALES, SUPPORT, TEAM, ADMIN, FIGURES = (
    Focus.DEALS,
    Focus.CASES,
    Focus.TEAM,
    Focus.ADMIN,
    Focus.FIGURES,
)
BLANK = re.compile(r"\{(\w+)\}")
PLAIN = frozenset(
    ("a", "an", "the", "my", "is", "i", "do", "to", "of", "or", "and", "what", "somebody", "for")
)
"""Words of a title that say nothing about it."""


@dataclass(frozen=True)
class Intent:
    """Something that people want to do.

    Attributes:
        title: What they want, in their words.
        example: The line that does it, with the names of examples in braces.
        button: The label of the button.
        line: What the button runs, with the names of examples in braces; the example itself where
            it is empty. Who may not do it does not read of it.
        pages: The pages that have it.
    """

    title: str
    example: str
    button: str
    line: str = ""
    pages: tuple[Focus, ...] = tuple(Focus)

    @property
    def runs(self) -> str:
        return self.line or self.example

    def blanks(self) -> set[str]:
        """Return the examples that it needs."""
        return {*BLANK.findall(self.example), *BLANK.findall(self.runs)}

    @property
    def words(self) -> set[str]:
        """Return the words that people use who ask for it."""
        return {*re.findall(r"[a-z]+", self.title.casefold())} - PLAIN


INTENTS = (
    Intent("Log a call", "log call {person} wants a discount", "Log", "log call", (SALES, TEAM)),
    Intent("Log a call", "log call {person} has a question", "Log", "log call", (SUPPORT,)),
    Intent(
        "Plan a task", "task new Call {person} fri 9:30", "Task", "task new", (SALES, SUPPORT, TEAM)
    ),
    Intent("See what is due", "my day", "My day", "home"),
    Intent(
        "Know everything about somebody", "more {person_ref}", "Open", "", (SALES, SUPPORT, FIGURES)
    ),
    Intent(
        "Take a case", "case claim {case}", "Unassigned", "case list unassigned open", (SUPPORT,)
    ),
    Intent(
        "Answer a customer",
        "case reply {case} We are looking into it",
        "Reply",
        "case reply {case}",
        (SUPPORT,),
    ),
    Intent(
        "Leave a note on a case",
        "case note {case} Asked the factory",
        "Note",
        "case note {case}",
        (SUPPORT,),
    ),
    Intent(
        "Resolve a case",
        "case resolve {case} A new one is on its way",
        "Resolve",
        "case resolve {case}",
        (SUPPORT,),
    ),
    Intent(
        "Turn a lead into a deal",
        "lead convert {lead}",
        "My leads",
        "lead list mine open",
        (SALES,),
    ),
    Intent(
        "Move, win or lose a deal",
        "deal stage {deal} negotiation",
        "My deals",
        "deal list mine open",
        (SALES, TEAM),
    ),
    Intent("See the deals of the team", "deal list my team open", "Team", "", (TEAM,)),
    Intent("See what is overdue in the team", "task list my team overdue", "Overdue", "", (TEAM,)),
    Intent(
        "Hand over a deal",
        "deal assign {deal} {colleague}",
        "Hand over",
        "deal assign {deal}",
        (SALES, TEAM),
    ),
    Intent("See what is stuck", "report stuck", "Stuck", "", (TEAM,)),
    Intent("See who has what, and who won it", "report by owner", "By owner", "", (TEAM, FIGURES)),
    Intent("See how you are doing", "my pipeline", "My pipeline", "", (SALES,)),
    Intent("See the figures", "report", "Report", "", (TEAM, FIGURES, ADMIN)),
    Intent("See how the CRM is doing", "status", "Status", "", (ADMIN,)),
    Intent("See what Slack refused", "deliveries", "Deliveries", "deliveries list", (ADMIN,)),
    Intent("Give somebody a role", "role give {colleague} manager", "Roles", "role list", (ADMIN,)),
    Intent("Put people into teams", "team list", "Teams", "", (ADMIN,)),
    Intent("See who changed something", "history {deal}", "History", "", (ADMIN, TEAM)),
    Intent("Find something", "find {person}", "Find", "", (SALES, SUPPORT, FIGURES, ADMIN)),
    Intent("List and filter", "deal list closing this month", "Filters", "help filters"),
    Intent(
        "Add a customer",
        "customer new Ada Byron ada@example.org",
        "Customer",
        "customer new",
        (SALES, SUPPORT, TEAM),
    ),
    Intent(
        "Hand over several",
        "hand over {deal} {lead} to {colleague}",
        "Hand over",
        "handover",
        (SALES, TEAM),
    ),
    Intent("Save a list", "deal list open mine | save Mine", "Saved filters", "lists"),
    Intent("Choose what a channel gets", "notify #sales", "Channels", "channel notify", (ADMIN,)),
    Intent("Answer references in channels", "previews off", "Previews", "previews", (ADMIN,)),
)
"""In the order in which the help shows them; what is done most often comes first."""
PAGES = {
    SALES: "For sales",
    SUPPORT: "For support",
    TEAM: "For managers",
    ADMIN: "For admins",
    FIGURES: "For readers of figures",
}
SHOWN = 10
"""The intents of a page."""


@dataclass(frozen=True)
class Shown:
    """An intent with the examples of a person.

    Attributes:
        title: What people want.
        typed: The line that does it.
        button: The label of the button.
        line: What the button runs.
    """

    title: str
    typed: str
    button: str
    line: str

    def block(self, root: str) -> Block:
        button = blocks.button(self.button, "crm.run", self.line)
        button["accessibility_label"] = blocks.cut(f"{self.title}: {self.line}", 75)
        return blocks.section(f"*{self.title}*\n`{root} {escape(self.typed)}`", button)


def shown(request: Request, *pages: Focus) -> Iterator[Shown]:
    """Yield the intents of pages that the person may do and for which there is an example."""
    examples = Examples(request.work)
    for intent in INTENTS:
        if not pages or {*intent.pages} & {*pages}:
            yield from filled(request, intent, examples)


def filled(request: Request, intent: Intent, examples: Examples) -> Iterator[Shown]:
    """Yield an intent with its examples, if there are such and the person may do it."""
    values = {name: getattr(examples, name) for name in intent.blanks()}
    if not all(values.values()):
        return
    typed, line = (said.format(**values) for said in (intent.example, intent.runs))
    if may(request, typed) and may(request, line):
        yield Shown(in_our_words(intent.title), typed, intent.button, line)


def asked(request: Request, words: set[str]) -> list[Shown]:
    """Return what somebody wants who uses these words: `log a call`, `hand over a deal`."""
    wanted = {intent.title for intent in INTENTS if len(intent.words) > 1 and intent.words <= words}
    return titled(request, wanted)


def touched(request: Request, words: set[str]) -> list[Shown]:
    """Return what somebody may want who uses some of the words for it: `hand over`, `overdue`."""
    said = words - PLAIN
    return titled(request, {each.title for each in INTENTS if said and said <= each.words})


def titled(request: Request, wanted: set[str]) -> list[Shown]:
    """Return what has these titles and the person may do, the first of each."""
    wanted = {in_our_words(title) for title in wanted}
    found = {each.title: each for each in reversed([*shown(request)]) if each.title in wanted}
    return [*reversed(found.values())]
