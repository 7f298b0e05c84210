"""Decide from all columns: day or month first, point or comma, per cent or fractions of one."""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, replace

from models.core.context import Context
from models.core.fields import Day, Moment, Money, Number, Percent
from models.core.fields.base import Field
from models.exchange.answers import Answers
from models.exchange.column_evidence import Days, Figures, Seen
from models.exchange.formats import DMY, MDY, ORDERS, Decision
from models.exchange.mapping import currency_in

OTHER = {".": ",", ",": "."}
SIGNS = {".": "a point", ",": "a comma"}


@dataclass
class Decider:
    """Decides column by column.

    Where a column leaves it open, the other columns of the file decide, and otherwise the person is
    asked.
    """

    work: Context
    answers: Answers
    notes: list[str]
    questions: list[str]

    def decide(
        self, columns: list[Decision], kinds: Mapping[str, Field], seen: Mapping[int, Seen]
    ) -> list[Decision]:
        """Return the decisions, completed with those about days and numbers."""
        days = {
            each.header: seen[each.place].days
            for each in columns
            if "days" in seen[each.place].looks
        }
        figures = {
            each.header: seen[each.place].figures
            for each in columns
            if "figures" in seen[each.place].looks
        }
        orders = self.orders(days)
        whole = {each.header for each in columns if type(kinds.get(each.target)) is Number}
        signs = self.signs(figures, whole)
        decided = []
        for each in columns:
            kind = kinds.get(each.target)
            if isinstance(kind, Day | Moment) and each.header in days:
                each = replace(
                    each,
                    order=orders[each.header],
                    serials=self.serials(each.header, days[each.header]),
                )
            elif isinstance(kind, Money | Number) and each.header in figures:
                fractions = isinstance(kind, Percent) and self.fractions(
                    each.header, figures[each.header]
                )
                unit = currency_in(each.header) if isinstance(kind, Money) else ""
                each = replace(each, decimal=signs[each.header], fractions=fractions, unit=unit)
            decided.append(each)
        self.tell_currency(decided, kinds)
        return decided

    def orders(self, days: Mapping[str, Days]) -> dict[str, str]:
        """Return for each column whether the day or the month comes first."""
        if self.answers.dates:
            return dict.fromkeys(days, self.answers.dates)
        clear = {
            header: next(iter(each.proof)) for header, each in days.items() if len(each.proof) == 1
        }
        dotted = {header: DMY for header, each in days.items() if each.dotted and not each.proof}
        others = set(clear.values()) | set(dotted.values())
        orders: dict[str, str] = {}
        for header, each in days.items():
            orders[header] = clear.get(header) or dotted.get(header) or ""
            if orders[header]:
                example = each.proof.get(orders[header]) or each.dotted
                self.notes.append(f"{header}: the {ORDERS[orders[header]]}, as in {example}.")
            elif len(each.proof) == 2:
                both = f"{each.proof[DMY]} has the day first and {each.proof[MDY]} the month"
                self.questions.append(
                    f"{header}: {both}. Say which it is: --dates dmy or --dates mdy"
                )
            elif each.unclear and len(others) == 1:
                orders[header] = next(iter(others))
                self.notes.append(
                    f"{header}: the {ORDERS[orders[header]]}, as in the other columns."
                )
            elif each.unclear:
                self.questions.append(
                    f"{header}: in {each.unclear} either the day or the month is first, and nothing in the file shows "
                    "which. Say it: --dates dmy (day first) or --dates mdy (month first)"
                )
            orders[header] = orders[header] or DMY
        return orders

    def serials(self, header: str, days: Days) -> int:
        if days.short:
            self.notes.append(
                f"{header}: years of two digits, as in {days.short}, are from 1950 to 2049."
            )
        if not days.are_counted:
            return 0
        kind = days.counted.most_common(1)[0][0]
        example = Decision(header, 0, "", serials=1900).apply(days.example)
        self.notes.append(f"{header}: numbers {kind}; {days.example} is {example}.")
        return 1900

    def signs(self, figures: Mapping[str, Figures], whole: Collection[str]) -> dict[str, str]:
        """Return for each column the sign before decimals, "" where each cell shows it itself.

        Args:
            figures: How numbers are written, by header.
            whole: Columns of whole numbers, in which a sign that may separate thousands does
                separate them.
        """
        others = {next(iter(each.proof)) for each in figures.values() if len(each.proof) == 1}
        signs: dict[str, str] = {}
        for header, each in figures.items():
            signs[header] = sign = self.answers.decimal or self.sign(
                header, each, others, header in whole
            )
            if sign in each.proof and (sign == "," or each.unclear):
                self.notes.append(
                    f"{header}: {SIGNS[sign]} stands before decimals, as in {each.proof[sign]}."
                )
            elif sign and OTHER[sign] in each.unclear:
                example = each.unclear[OTHER[sign]]
                self.notes.append(
                    f"{header}: {SIGNS[OTHER[sign]]} stands between thousands, as in {example}."
                )
        return signs

    def sign(self, header: str, figures: Figures, others: Set[str], whole: bool) -> str:
        if len(figures.proof) == 1:
            return next(iter(figures.proof))
        between = next(iter(figures.unclear), "")
        if not between:
            return "" if figures.proof else "."
        if not figures.proof and whole and len(figures.unclear) == 1:
            return OTHER[between]
        if not figures.proof and len(others) == 1 and not others & figures.unclear.keys():
            return next(iter(others))
        if not figures.proof and set(figures.unclear) == {","}:
            return "."
        self.ask(header, figures.unclear.get(".") or figures.unclear[between])
        return ""

    def ask(self, header: str, example: str) -> None:
        self.questions.append(
            f"{header}: the sign in {example} stands before decimals or between thousands, and nothing in the file "
            "shows which. Say what stands before decimals: --decimal . or --decimal ,"
        )

    def fractions(self, header: str, figures: Figures) -> bool:
        """Return whether a column of percentages holds fractions of one.

        It does when none is above 1 and none has a per cent sign.
        """
        if figures.marked or figures.wholes or not figures.shares:
            return False
        self.notes.append(f"{header}: parts of one; 1 is 100 %.")
        return True

    def tell_currency(self, columns: list[Decision], kinds: Mapping[str, Field]) -> None:
        beside = {each.target for each in columns}
        for each in columns:
            kind = kinds.get(each.target)
            if not isinstance(kind, Money):
                continue
            if each.unit:
                self.notes.append(f"{each.header}: in {each.unit}, as its header says.")
            elif kind.beside:
                there = kinds[kind.beside].label
                self.notes.append(f"{each.header}: in the currency of its {there}.")
            elif not kind.currency or kind.currency not in beside:
                self.notes.append(
                    f"{each.header}: in {self.work.currency} where a cell names no currency."
                )
