"""Apply a pack, bring it up to date, and remove it: all of it in one act, or nothing."""

from collections.abc import Sequence

from models.core import records
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.errors import Busy, Conflict, CRMError, Forbidden, Taken
from models.core.permissions import policy
from models.packs import plan
from models.packs.files import PackFile
from models.packs.pack import Pack, Part, applied
from models.packs.plan import DOES_NOTHING, VERBS, Does, Plan, Step

NOBODY = "A pack is applied with somebody's rights. Say whose with --as."


def must_be_allowed(work: Context, verb: str, steps: Sequence[Step]) -> None:
    """Raise Forbidden unless the actor may do all that the steps of a plan do."""
    policy.check(work, verb, Pack)
    for each in steps:
        if each.does in VERBS:
            policy.check(work, VERBS[each.does], each.record or each.item.kind.entity)


def must_fit(found: Plan) -> None:
    """Raise Conflict, with each thing that is in the way, where a pack cannot be applied."""
    if found.conflicts:
        ways = "\n".join(map(str, found.conflicts))
        raise Conflict(
            f"{found.file.name} cannot be applied as things are; nothing was done.\n{ways}\n"
            "Rename or delete what is in the way, and apply it again."
        )


def applying(work: Context, file: PackFile) -> Plan:
    """Return what applying a pack would do, or bringing it up to date, as it can be done.

    Raises:
        Forbidden: Which right is missing.
        Conflict: Something is in the way, or it is applied as it is.
    """
    if not work.actor:
        raise Conflict(NOBODY)
    found = plan.of_applying(work, file)
    must_be_allowed(work, "apply", found.steps)
    must_fit(found)
    must_change(found)
    return found


def removing(work: Context, file: PackFile, pack: Pack) -> Plan:
    """Return what removing a pack would do, as it can be done.

    Raises:
        Forbidden: Which right is missing.
    """
    found = plan.of_removing(work, file, pack)
    must_be_allowed(work, "remove", found.steps)
    return found


def apply(work: Context, found: Plan) -> Pack:
    """Do what a plan to apply a pack says, and return the pack."""
    made = [remembered(each, done(work, each), found.file) for each in found.steps]
    pack = found.pack or Pack(name=found.file.name, slot=found.file.slot)
    pack.edition, pack.deleted_at = found.file.edition, None
    pack.keep([part for part in made if part])
    return work.add(pack)


def remove(work: Context, found: Plan) -> None:
    """Do what a plan to remove a pack says; what people made their own stays."""
    for each in found.steps:
        done(work, each)
    if found.pack:
        records.delete(work, found.pack)


def must_change(found: Plan) -> None:
    """Raise Conflict where a pack is applied and there is nothing to bring up to date."""
    if found.is_applied and not (found.acts or is_older(found)):
        pack = found.pack
        raise Conflict(f"{found.file.name} is applied already: {pack}. Nothing was done.")


def is_older(found: Plan) -> bool:
    """Return whether an older version of the pack is applied."""
    return found.pack is not None and (found.pack.edition or 0) < found.file.edition


def must_be_applied(work: Context, file: PackFile) -> Pack:
    """Return a pack as it is applied here.

    Raises:
        Conflict: It is not.
    """
    pack = applied(work, file.slot)
    if pack is None or pack.deleted_at is not None:
        raise Conflict(f"{file.name} is not applied here. Look at it: pack show {file.slot}")
    return pack


def done(work: Context, step: Step) -> Entity | None:
    """Do a step, and return the record that it is about.

    Raises:
        CRMError: It cannot be done; then nothing of the pack is.
    """
    try:
        record = carried_out(work, step)
        work.session.flush()
    except (Busy, Forbidden, Taken):
        raise
    except CRMError as error:
        raise Conflict(f"The {step.item}: {error} Nothing was done.") from error
    return record


def carried_out(work: Context, step: Step) -> Entity | None:
    """Do a step through the door that an admin takes, and return its record."""
    record: Entity | None = step.record
    if step.does == Does.NEW:
        return records.create(work, step.item.kind.entity, step.texts)
    if record is None or step.does in (*DOES_NOTHING, Does.CONFLICT):
        return record
    if step.does == Does.DELETE:
        records.delete(work, record)
        return record
    if record.deleted_at is not None:
        records.restore(work, record)
    records.update(work, record, step.texts)
    return record


def remembered(step: Step, record: Entity | None, file: PackFile) -> Part | None:
    """Return what is remembered of a thing that a pack brought, None where it did not bring it.

    What people changed since stays theirs in every version.
    """
    brought = step.part is not None or step.does == Does.NEW
    if record is None or not brought or step.item.key not in file.keys:
        return None
    now = plan.holds(record)
    held = now if step.part is None else {**step.part.held}
    if step.part and step.does not in DOES_NOTHING:
        held |= {name: now.get(name, "") for name in step.texts}
        held = {name: text for name, text in held.items() if text}
    return Part(step.item.key, record.slug(), record.id, dict(step.item.texts), held)
