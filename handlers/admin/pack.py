"""What admins do with packs: look at them, apply, bring up to date and remove them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, cards
from handlers.core.ui.receipts import receipt, small
from handlers.core.verb import Verb
from models.core.entity.base import plural
from models.core.fields import Choice
from models.core.fields.base import Reader
from models.core.parsing.texts import enumerated
from models.core.permissions import policy
from models.core.search.lookup import REFERENCE
from models.core.unit_of_work import UnitOfWork
from models.packs import acts
from models.packs import plan as plans
from models.packs.files import PackFile, file_of, shipped
from models.packs.kinds import KINDS
from models.packs.pack import Pack, applied
from models.packs.plan import Does, Plan, Step

ASKS_ADMINS = "Who may change the shape of the workspace can apply it."
AGAIN = "Meanwhile something changed here. Nothing was done yet; look at it again."
KEPT = "What people typed is kept: pack apply {} brings it back."
TYPE_IT = "To do it, write the same with --yes."


class Files:
    """The packs that are shipped, as the options of a choice."""

    def __iter__(self) -> Iterator[StrEnum]:
        named: Any = StrEnum("Files", [(slot, slot) for slot in shipped()])  # type: ignore[misc]
        return iter(named)


@dataclass(frozen=True)
class PackName(Choice):
    """A pack that is shipped, by its name."""

    options: Any = field_of(default_factory=Files, hash=False)

    def name(self, option: str) -> str:
        return shipped()[option].name


@dataclass(frozen=True)
class PackOrNumber(PackName):
    """A pack that is shipped, by its name, or one that was applied, by its number."""

    def read(self, text: str, reader: Reader) -> str:
        named = REFERENCE.fullmatch(text.strip())
        is_pack = named is not None and named[1].upper() == Pack.prefix
        return text.strip() if is_pack else super().read(text, reader)

    def name(self, option: str) -> str:
        return super().name(option) if option in shipped() else option


ASKS = {"pack": PackName("Pack", required=True)}
EITHER = {"pack": PackOrNumber("Pack", required=True)}
router = Records(Pack, without=("new",))
every: Verb = router.verbs["list"]
ONE: dict[str, Any] = {"record": False, "asks": ASKS, "whole": "pack", "bound": True}
PREVIEWS: dict[str, Any] = {"previews": True, "flags": ("plan",)}


@router.verb("list", record=False, writes=False, words=True, common=True)
def listed(request: Request, _: Any) -> Response:
    """List the packs that there are, and which of them are applied here: `pack list`."""
    if request.line.rest.strip():
        return every.run(request, None)
    work, heading = request.work, "Packs"
    rows = work.session.scalars(select(Pack).order_by(Pack.id)).all()
    lines, parts = [heading], [blocks.header(heading)]
    for file in shipped().values():
        lines.append(f"{file.name}: {file.about} {state(work, file)}")
        look = blocks.button("Look", "crm.run", f"pack show {file.slot}")
        parts.append(blocks.section(blocks.escape(lines[-1]), look))
    for pack in (each for each in rows if each.slot not in shipped()):
        lines.append(f"{pack}: applied, and not among the packs that come with Rapport now.")
        look = blocks.button("Look", "crm.run", pack.ref)
        parts.append(blocks.section(blocks.escape(lines[-1]), look))
    return Message("\n".join(lines), blocks.distinct(parts))


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


@router.verb("show", writes=False, common=True, **{**ONE, "asks": EITHER})
def show(request: Request, _: Any) -> Response:
    """What a pack gives, and what it would change here: `pack show software`."""
    work = request.work
    if pack := numbered(request):
        return cards.card(pack, work, request.catalogue)
    file = shipped()[request["pack"]]
    lines = [f"{file.about} {state(work, file)}"]
    if not work.viewers or not all(policy.can(each, "apply", Pack) for each in work.viewers):
        return drawn(file.name, [*lines, *map(str, file.items), ASKS_ADMINS], [])
    found = plans.of_applying(work, file)
    buttons = []
    if found.acts or not found.is_applied:
        buttons.append(blocks.button("Apply", "crm.run", f"pack apply {file.slot}"))
    if found.is_applied:
        buttons.append(blocks.button("Remove", "crm.run", f"pack remove {file.slot}"))
    return drawn(file.name, [*lines, *told(found)], buttons)


def numbered(request: Request) -> Pack | None:
    """Return the pack that a line names by its number, None where it names it otherwise."""
    named = REFERENCE.fullmatch(request["pack"])
    return request.work.find(Pack, int(named[2])) if named else None


def told(found: Plan) -> list[str]:
    """Return a line for each step of a plan; what stands as it was brought is only counted."""
    same = [each for each in found.steps if each.does == Does.SAME and each.part]
    stands = f"{summed(same)} {'is' if len(same) == 1 else 'are'} here as the pack brought them."
    lines = [str(each) for each in found.steps if each not in same]
    return [*lines, *([stands] if same else [])]


def drawn(heading: str, lines: Sequence[str], buttons: Sequence[blocks.Block]) -> Message:
    """Return a heading with lines below it, and buttons."""
    more = [blocks.actions(*buttons)] if buttons else []
    text = "\n".join([heading, *lines])
    return Message(text, [blocks.section(f"*{blocks.escape(heading)}*"), *small(lines), *more])


@router.verb("apply", title="Apply a pack", button="Look", **ONE, **PREVIEWS)
def apply(request: Request, _: Any) -> Response:
    """Make what a pack gives, after a look at what it changes: `pack apply software`.

    Where it is applied, it is brought up to date. One undo takes all of it back.
    """
    return applying(request, shipped()[request["pack"]])


@router.verb("restore", deleted=True, common=True, **PREVIEWS)
def restore(request: Request, pack: Pack) -> Response:
    """Apply a pack again that was removed: what people typed comes back."""
    return applying(request, file_of(pack))


@router.verb("remove", title="Remove a pack", button="Look", **{**ONE, "asks": EITHER}, **PREVIEWS)
def remove(request: Request, _: Any) -> Response:
    """Remove what a pack gave, after a look: `pack remove software`.

    What people typed comes back when it is applied again; what they changed stays.
    """
    pack = numbered(request) or acts.must_be_applied(request.work, shipped()[request["pack"]])
    return removing(request, pack, file_of(pack))


@router.verb("delete", common=True, **PREVIEWS)
def delete(request: Request, pack: Pack) -> Response:
    """Remove a pack and what it gave, after a look."""
    return removing(request, pack, file_of(pack))


def applying(request: Request, file: PackFile) -> Response:
    """Return what a pack would change here, or apply it where the person said yes to that."""
    work = request.work
    if request.flag("yes"):
        work.govern()
    found = acts.applying(work, file)
    was = found.is_applied
    if not agreed(request, found):
        does = "Bring up to date" if was else "Apply"
        return asking(request, found, does, f"pack apply {file.slot}")
    pack = acts.apply(work, found)
    begin = [f"Try: {request.catalogue.root} {line}" for line in file.begin[:2]]
    said = f"{'Brought up to date' if was else 'Applied'} {pack}: {summed(found.acts)}."
    return receipt(request, pack, said, replace=True, more=begin)


def removing(request: Request, pack: Pack, file: PackFile) -> Response:
    """Return what would go with a pack, or remove it where the person said yes to that."""
    work = request.work
    if request.flag("yes"):
        work.govern()
    found = acts.removing(work, file, pack)
    if not agreed(request, found):
        return asking(request, found, "Remove", f"pack delete {pack.ref}", "danger")
    acts.remove(work, found)
    kept = [str(each) for each in found.steps if each.does == Does.KEPT]
    back = [KEPT.format(file.slot)] if found.acts else []
    said = f"Removed {pack}: {summed(found.acts)}."
    return receipt(request, pack, said, replace=True, more=[*kept, *back])


def agreed(request: Request, found: Plan) -> bool:
    """Return whether the person said yes to what would be done now."""
    mark = request.line.flags.get("plan", found.mark)
    return request.flag("yes") and str(mark) == found.mark


def asking(request: Request, found: Plan, does: str, line: str, style: str = "primary") -> Message:
    """Return what would be done, and the button that does it."""
    lines = [*([AGAIN] if request.flag("yes") else []), *told(found)]
    heading = f"{does}: {found.file.name}? Nothing was done yet."
    if request.surface == "say":
        answer = drawn(heading, [*lines, TYPE_IT], [])
    else:
        agree = f"{line} --yes --plan={found.mark}"
        answer = drawn(heading, lines, [blocks.button(does, "crm.run", agree, style)])
    return replace(answer, asks=True, replace=request.flag("yes"))


def summed(steps: Sequence[Step]) -> str:
    """Return how many things of each kind some steps are about: 1 noun and 12 fields."""
    counts = []
    for kind in KINDS:
        count = sum(1 for each in steps if each.item.kind is kind)
        counts += [f"{count} {kind.word if count == 1 else plural(kind.word)}"] if count else []
    return enumerated(counts) or "nothing"
