"""What admins do with packs: look at them, apply, bring up to date and remove them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as field_of
from enum import StrEnum
from typing import Any

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks
from handlers.core.ui.receipts import receipt, small
from models.core.entity.base import plural
from models.core.fields import Choice
from models.core.fields.base import Reader
from models.core.parsing.texts import enumerated
from models.core.permissions import policy
from models.core.search.lookup import REFERENCE
from models.core.unit_of_work import UnitOfWork
from models.packs import acts
from models.packs import plan as plans
from models.packs.files import PackFile, shipped
from models.packs.kinds import KINDS
from models.packs.pack import Pack, applied
from models.packs.plan import Does, Plan, Step

ASKS_ADMINS = "Who may change the shape of the workspace can apply it."
AGAIN = "Meanwhile something changed here. Nothing was done yet; look at it again."
TYPE_IT = "To do it, write the same with --yes."


class Files:
    """The packs that are shipped, as the options of a choice."""

    def __iter__(self) -> Iterator[StrEnum]:
        named: Any = StrEnum("Files", [(slot, slot) for slot in shipped()])  # type: ignore[misc]
        return iter(named)


@dataclass(frozen=True)
class PackName(Choice):
    """A pack that is shipped, by its name, or by the reference that it has once it is applied."""

    options: Any = field_of(default_factory=Files, hash=False)

    def read(self, text: str, reader: Reader) -> str:
        found = REFERENCE.fullmatch(text.strip())
        if found and found[1].upper() == Pack.prefix:
            work: Any = reader
            text = work.find(Pack, int(found[2]), deleted=True).slot or text
        return super().read(text, reader)

    def name(self, option: str) -> str:
        return shipped()[option].name


ASKS = {"pack": PackName("Pack", required=True)}
router = Records(Pack, without=("new", "edit", "set", "delete", "restore", "revert", "find"))
ONE: dict[str, Any] = {"record": False, "asks": ASKS, "whole": "pack", "bound": True}


@router.verb("list", record=False, writes=False, words=True, common=True)
def listed(request: Request, _: Any) -> Response:
    """List the packs that there are, and which of them are applied here: `pack list`."""
    work, heading = request.work, "Packs"
    lines, drawn = [heading], [blocks.header(heading)]
    for file in shipped().values():
        said = f"{file.name}: {file.about} {state(work, file)}"
        look = blocks.button("Look", "crm.run", f"pack show {file.slot}")
        lines.append(said)
        drawn.append(blocks.section(blocks.escape(said), look))
    return Message("\n".join(lines), blocks.distinct(drawn))


def state(work: UnitOfWork, file: PackFile) -> str:
    """Return whether a pack is applied here, and in which version."""
    pack = applied(work, file.slot)
    if pack is None or not work.shows(pack):
        return "Not applied."
    if pack.deleted_at is not None:
        return "Removed; apply it again and all is back."
    if (pack.edition or 0) < file.edition:
        return f"Applied as {pack.ref}, version {pack.edition}; version {file.edition} is here."
    return f"Applied as {pack.ref}, version {pack.edition}."


@router.verb("show", writes=False, common=True, **ONE)
def show(request: Request, _: Any) -> Response:
    """What a pack gives, and what it would change here: `pack show software`."""
    work, file = request.work, shipped()[request["pack"]]
    lines = [f"{file.about} {state(work, file)}"]
    if not work.viewers or not all(policy.can(each, "apply", Pack) for each in work.viewers):
        return drawn(file.name, [*lines, *contents(file), ASKS_ADMINS], [])
    found = plans.of_applying(work, file)
    buttons = []
    if found.acts or not found.is_applied:
        buttons.append(blocks.button("Apply", "crm.run", f"pack apply {file.slot}"))
    if found.is_applied:
        buttons.append(blocks.button("Remove", "crm.run", f"pack remove {file.slot}"))
    return drawn(file.name, [*lines, *map(str, found.steps)], buttons)


def contents(file: PackFile) -> list[str]:
    return [str(each) for each in file.items]


def drawn(heading: str, lines: Sequence[str], buttons: Sequence[blocks.Block]) -> Message:
    """Return a heading with lines below it, and buttons."""
    more = [blocks.actions(*buttons)] if buttons else []
    text = "\n".join([heading, *lines])
    return Message(text, [blocks.section(f"*{blocks.escape(heading)}*"), *small(lines), *more])


@router.verb("apply", previews=True, flags=("plan",), title="Apply a pack", button="Look", **ONE)
def apply(request: Request, _: Any) -> Response:
    """Make what a pack gives, after a look at what it changes: `pack apply software`.

    Where it is applied, it is brought up to date. One undo takes all of it back.
    """
    work, file = request.work, shipped()[request["pack"]]
    if not agreed(request, found := plans.of_applying(work, file)):
        acts.must_be_allowed(work, "apply", found.steps)
        acts.must_fit(found)
        acts.must_change(found)
        does = "Bring up to date" if found.is_applied else "Apply"
        return asking(request, found, f"{does} {file.name}?", does)
    was = found.is_applied
    pack, found = acts.apply(work, file)
    begin = [f"Try: {request.catalogue.root} {line}" for line in file.begin[:2]]
    said = f"{'Brought up to date' if was else 'Applied'} {pack}: {summed(found.acts)}."
    return receipt(request, pack, said, replace=True, more=begin)


@router.verb("remove", previews=True, flags=("plan",), title="Remove a pack", button="Look", **ONE)
def remove(request: Request, _: Any) -> Response:
    """Remove what a pack gave, after a look: `pack remove software`.

    What people typed comes back when it is applied again; what they changed stays.
    """
    work, file = request.work, shipped()[request["pack"]]
    found = plans.of_removing(work, file, acts.must_be_applied(work, file))
    if not agreed(request, found):
        acts.must_be_allowed(work, "remove", found.steps)
        return asking(request, found, f"Remove {file.name}?", "Remove")
    pack, found = acts.remove(work, file)
    kept = [str(each) for each in found.steps if each.does == Does.KEPT]
    back = f"What people typed is kept: pack apply {file.slot} brings it back."
    said = f"Removed {pack}: {summed(found.acts)}."
    return receipt(request, pack, said, replace=True, more=[*kept, back])


def agreed(request: Request, found: Plan) -> bool:
    """Return whether the person said yes to what would be done now."""
    if not request.flag("yes"):
        return False
    mark = request.line.flags.get("plan", found.mark)
    return str(mark) == found.mark


def asking(request: Request, found: Plan, question: str, does: str) -> Message:
    """Return what would be done, and the button that does it."""
    lines = [AGAIN] if request.flag("yes") else []
    lines += [str(each) for each in found.steps]
    heading = f"{question} Nothing was done yet."
    if request.surface == "say":
        told = drawn(heading, [*lines, TYPE_IT], [])
    else:
        name = "apply" if does != "Remove" else "remove"
        line = f"pack {name} {found.file.slot} --yes --plan={found.mark}"
        style = "danger" if does == "Remove" else "primary"
        told = drawn(heading, lines, [blocks.button(does, "crm.run", line, style)])
    return Message(told.text, told.blocks, asks=True, replace=request.flag("yes"))


def summed(steps: Sequence[Step]) -> str:
    """Return how many things of each kind some steps are about: 1 noun and 12 fields."""
    counts = []
    for kind in KINDS:
        count = sum(1 for each in steps if each.item.kind is kind)
        counts += [f"{count} {kind.word if count == 1 else plural(kind.word)}"] if count else []
    return enumerated(counts) or "nothing"
