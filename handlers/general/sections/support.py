"""The work of support: the next deadline, the cases that nobody has, and how many wait."""

from handlers.core.request import Request
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block
from handlers.general.sections import rows
from handlers.general.sections.my_records import SHOWN, case_row
from models.core.names import learn
from models.core.unit_of_work import UnitOfWork
from models.support import open_cases
from models.support.case import Case


def deadline(work: UnitOfWork) -> list[Block]:
    """Return the next deadline of the person's cases and of those that nobody has."""
    case = open_cases.next_deadline(work)
    if case is None:
        return []
    until = cards.texts(case, work, "resolve_by").get("resolve_by")
    if not until:
        return []
    said = f"*{'Overdue' if is_late(case, work) else 'Next deadline'}:* {case.ref}"
    name = blocks.escape(blocks.cut(case.title, rows.TITLE))
    return [blocks.section(f"{said} {name}, due *{until}*", rows.button(case, work))]


def is_late(case: Case, work: UnitOfWork) -> bool:
    return case.resolve_by is not None and case.resolve_by < work.now


def unassigned(request: Request) -> list[Block]:
    """Return the cases that nobody has, the most urgent first, each with the way to take it."""
    work = request.work
    if secret := cards.concealed(work, Case.open()):
        return [blocks.header("Unassigned"), blocks.section(secret)]
    cases, count = open_cases.unassigned(work, SHOWN)
    drawn = [blocks.header(f"Unassigned: {rows.counted(count, 'case')}")]
    learn(work, cases, ("customer",))
    for place, case in enumerate(cases):
        style = ("primary",) if place == 0 else ()
        drawn.append(case_row(case, work, ("claim", "Claim", *style)))
    if not cases:
        said = "Every open case has somebody."
        drawn.append(rows.empty(request, said, "New case", "case new"))
    return [*drawn, *rows.more(request, len(cases), count, "case list unassigned open")]
