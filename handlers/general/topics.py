"""What people ask about that is no noun and no verb: filters, dates, amounts, flags, files."""

from dataclasses import dataclass

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.general.focus import may


@dataclass(frozen=True)
class Topic:
    """Something that people ask for help on and that is no noun.

    Attributes:
        words: The words that people ask for.
        text: The help, with root in braces.
        examples: (what is wanted, the line), each with a button that runs it.
        after: What follows the examples.
    """

    words: frozenset[str]
    text: str
    examples: tuple[tuple[str, str], ...] = ()
    after: str = ""

    def told(self, request: Request) -> Message:
        root = request.catalogue.root
        text = self.text.format(root=root)
        found = [(title, line) for title, line in self.examples if may(request, line)]
        drawn = [blocks.section(text), *(tried(root, *each) for each in found)]
        drawn += [blocks.context(self.after)] if self.after else []
        lines = [f"{title}: {root} {line}" for title, line in found]
        said = "\n".join(filter(None, [text, *lines, self.after]))
        return Message(said, blocks.distinct(drawn))


def tried(root: str, title: str, line: str) -> Block:
    """Return an example with the button that runs it."""
    button = blocks.button("Try", "crm.run", line)
    button["accessibility_label"] = blocks.cut(f"Try: {line}", 75)
    return blocks.section(f"*{title}*\n`{root} {escape(line)}`", button)


TOPICS = (
    Topic(
        frozenset(("filters", "filtering", "lists", "search", "searching")),
        "*Filters* are the words after `list` and `find`. Write them as you would say them, or as a "
        "field, a sign and a value, joined by `and`, `or` and `not`. A dot leads to another record. What "
        'becomes of the list stands at the end: `| save "Big and stuck" for team`, `| count`, `| export`.',
        (
            ("My open deals", "deal list open mine"),
            ("What closes this month", "deal list open closing this month"),
            ("The biggest open deals first", "deal list open biggest"),
            ("What is won and bigger than that", "deal list stage = won and amount > 10k"),
            ("Cases that nobody has", "case list open unassigned"),
            (
                "Urgent cases, or those past their deadline",
                "case list priority = urgent or due < today",
            ),
            ("My leads that name a company", "lead list owner = me and not company = empty"),
            ("What my team should have done", "task list my team overdue"),
            ("What closes by the end of the quarter", "deal list open close <= eoq"),
            ("One of several", "deal list stage in (won, lost) close > -2w"),
            ("Deals by what their account is", "deal list account.industry = retail"),
            ("By the country of the customer's company", "deal list customer.account.country = DE"),
            ("People with more than one open case", "customer list count(cases where open) > 1"),
            ("What is not filled", "customer list phone empty and email not empty"),
            ("One tag", "customer list tags has vip"),
            ("Under headings, with sums", "deal list open group by owner sort by amount desc"),
        ),
        "Signs: = != < <= > >= and ~ for a part of a text. Days: today, eow, eom, eoq, eoy, +7d, -2w, last quarter. "
        "Other words are searched for. Saved filters open by their names: lists",
    ),
    Topic(
        frozenset(("date", "dates", "day", "days", "time", "times")),
        "*Dates* are written as you say them: `today`, `fri`, `fri 9:00`, `4 dec`, `2026-12-04`, `+3d`, `in 2 weeks`, "
        "`next week`, `eom` (the end of the month), `eoq`, `eoy`.\n`{root} task new Call Ada CU-1 fri 9:00`",
    ),
    Topic(
        frozenset(("amount", "amounts", "money", "currency", "currencies")),
        "*Amounts* are written with or without a currency: `amount=12k`, `amount=12 000 EUR`, `amount=€1.2m`. "
        "At the end of a deal's name they need a currency or a k, so that `HDMI cable 5m` stays a name.\n"
        "`{root} deal new Acme renewal 12k CU-1`",
    ),
    Topic(
        frozenset(("flag", "flags", "here", "reason", "form", "yes")),
        "*Flags* are written with two hyphens, anywhere in a line; of a text that is kept word for word, at its end.\n"
        "`--here` shows the answer to the whole channel · `--form` opens the form · `--reason she asked` is kept in "
        "the history · `--yes` does not ask first · `--page=2` is the next page.",
    ),
    Topic(
        frozenset(
            (
                "import",
                "imports",
                "export",
                "exports",
                "download",
                "backup",
                "csv",
                "file",
                "files",
                "excel",
                "spreadsheet",
            )
        ),
        "*Files* are imported and exported by whoever runs the bot, in a terminal: `crm import deals FILE`, "
        "`crm import deals FILE --dry` to see what would happen, `crm export deals`.",
    ),
    Topic(
        frozenset(("values", "reference", "references", "records")),
        "*Fields* are written as `name=value`; a value reaches to the next field or flag.\n"
        "`{root} deal edit OP-42 next=Call Eva on friday amount=12k`\n"
        "Several records at once: `{root} assign OP-2 OP-4 @rosa`.\n"
        "A reference such as OP-42 that somebody writes in a channel gets a small card in its thread; an admin ends "
        "that with `{root} previews off`.",
    ),
)
