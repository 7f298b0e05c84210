"""A newer version of a pack: what it says otherwise is told and done, what people changed stays."""

from typing import Any

import pytest
from sqlalchemy import select

from models.core import records
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.custom.custom_record import entity_of
from models.core.errors import Conflict, Forbidden
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.saved_filters import SavedFilter
from models.core.unit_of_work import UnitOfWorkFactory
from models.packs import acts, plan
from models.packs.files import PackFile, file_of, read
from models.packs.pack import Pack, applied
from tests.ground import given

FIRST = """
name = "Boats"
version = 1
about = "Boats."
[[noun]]
name = "Boat"
prefix = "BO"
[[field]]
of = "boat"
name = "Length"
kind = "number"
hint = "In feet"
[[field]]
of = "boat"
name = "Sails"
kind = "choice"
options = "One, Two"
[[filter]]
name = "Long boats"
about = "boat"
typed = "length > 30"
shared = "everyone"
"""
SECOND = (
    FIRST.replace("version = 1", "version = 2")
    .replace("In feet", "In metres")
    .replace("One, Two", "One, Two, Three")
    .replace("length > 30", "length > 10")
    + '[[field]]\nof = "boat"\nname = "Mast"\nkind = "text"\n'
)
"""It says three things otherwise, and adds one."""
BOAT: Any = entity_of("boat")


def apply(works: UnitOfWorkFactory, text: str) -> list[str]:
    """What was done to apply a pack."""
    with works("T1", "U_ADA") as work:
        found = acts.applying(work, read("boats", text))
        acts.apply(work, found)
        return list(map(str, found.acts))


def look(works: UnitOfWorkFactory, text: str) -> list[str]:
    with works("T1", "U_ADA", writes=False) as work:
        return list(map(str, plan.of_applying(work, read("boats", text)).steps))


def change(works: UnitOfWorkFactory, entity: type[Any], number: int, **texts: str) -> None:
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(entity, number), texts)


def test_a_newer_version_changes_what_it_says_otherwise(works: UnitOfWorkFactory) -> None:
    apply(works, FIRST)
    seen = look(works, SECOND)
    assert (
        apply(works, SECOND)
        == [
            "Changes: field Length of a boat (Number) · Hint: In metres",
            "Changes: field Sails of a boat (Choice of one) · Options: One, Two, Three",
            "New: field Mast of a boat (Text)",
            "Changes: filter Long boats for everyone (boat list length > 10) · Filter: length > 10",
        ]
        == [line for line in seen if not line.startswith("There already")]
    )
    with works("T1", "U_ADA", writes=False) as work:
        assert [each.hint for each in work.session.scalars(select(CustomField))][0] == "In metres"
        pack = applied(work, "boats")
        assert pack is not None
        assert (pack.edition, len(pack.parts)) == (2, 5)
    with pytest.raises(Conflict, match="applied already"):
        apply(works, SECOND)


def test_what_people_changed_stays_and_the_look_says_so(works: UnitOfWorkFactory) -> None:
    apply(works, FIRST)
    change(works, CustomField, 1, hint="In yards")
    change(works, CustomField, 2, options="One, Two, Many")
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(SavedFilter, 1))
    assert [line for line in look(works, SECOND) if line.startswith("Stays")] == [
        "Stays as you have it: field Length of a boat (Number) · Hint was changed since, and this "
        "version says otherwise",
        "Stays as you have it: field Sails of a boat (Choice of one) · Options was changed since, "
        "and this version says otherwise",
        "Stays as you have it: filter Long boats for everyone (boat list length > 10) · SF-1 was "
        "deleted since",
    ]
    assert apply(works, SECOND) == ["New: field Mast of a boat (Text)"]
    with works("T1", "U_ADA", writes=False) as work:
        fields = work.session.scalars(select(CustomField)).all()
        assert [each.hint for each in fields] == ["In yards", None, None]
        assert work.session.scalars(select(SavedFilter)).all() == []


def test_what_a_newer_version_has_no_more_goes_where_nobody_changed_it(
    works: UnitOfWorkFactory,
) -> None:
    apply(works, SECOND)
    change(works, CustomField, 1, hint="In yards")
    less = FIRST.partition("[[field]]")[0].replace("version = 1", "version = 3")
    done = apply(works, less)
    assert done == [
        "Goes: filter Long boats for everyone (boat list length > 10)",
        "Goes: field Mast of a boat (Text)",
        "Goes: field Sails of a boat (Choice of one)",
    ]
    with works("T1", "U_ADA", writes=False) as work:
        assert work.session.scalars(select(CustomField.name)).all() == ["Length"]
        pack = applied(work, "boats")
        assert pack is not None
        assert [part.key for part in pack.parts] == ["noun: boat"]


def test_a_pack_that_is_shipped_no_more_goes_and_comes_back_as_it_was(
    works: UnitOfWorkFactory,
) -> None:
    apply(works, FIRST)
    with works("T1", "U_ADA") as work:
        record = records.create(work, BOAT, {"name": "Lark", "x_length": "40"})
        pack = applied(work, "boats")
        assert pack is not None
        acts.remove(work, acts.removing(work, file_of(pack), pack))
        assert (pack.deleted_at, record.custom) == (work.now, {"x_length": "40"})
    with works("T1", "U_ADA", writes=False) as work:
        assert work.session.scalars(select(CustomObject)).all() == []
    with works("T1", "U_ADA") as work:
        pack = applied(work, "boats")
        assert pack is not None
        acts.apply(work, acts.applying(work, file_of(pack)))
        assert work.session.scalars(select(BOAT.x_length)).all() == [40]


def test_something_that_took_its_place_meanwhile_is_in_the_way(works: UnitOfWorkFactory) -> None:
    apply(works, FIRST)
    with works("T1", "U_ADA") as work:
        pack = applied(work, "boats")
        assert pack is not None
        acts.remove(work, acts.removing(work, boats(), pack))
    given(works, CustomObject, by="U_ADA", name="Boat", starts="BT")
    with pytest.raises(Conflict, match="noun Boat .* OB-2 Boat was made since"):
        apply(works, FIRST)


def test_what_a_pack_says_wrongly_is_said_and_nothing_of_it_is_done(
    works: UnitOfWorkFactory,
) -> None:
    wrong = FIRST + '[[field]]\nof = "boat"\nname = "Half"\nkind = "formula"\nformula = "width / 2"'
    with pytest.raises(Conflict, match="field Half of a boat .*“width” .* is no field of a boat"):
        apply(works, wrong)
    with works("T1", "U_ADA", writes=False) as work:
        assert work.session.scalars(select(CustomObject)).all() == []
        assert work.session.scalars(select(Pack)).all() == []


def test_each_thing_takes_the_right_to_make_it(works: UnitOfWorkFactory) -> None:
    said = "everything: look\npack: everything\nobject: everything\nfield: everything"
    given(works, Role, by="U_ADA", name="shaper", rights=said)
    with works("T1", "U_ADA") as work:
        work.get(User, work.lookup("user", "U_MONA")).role = "shaper"
    with works("T1", "U_MONA") as work:
        acts.apply(work, acts.applying(work, read("boats", FIRST.partition("[[filter]]")[0])))
    more = FIRST.replace("version = 1", "version = 2") + RULE
    with works("T1", "U_MONA") as work, pytest.raises(Forbidden, match="“rule new”"):
        acts.applying(work, read("boats", more))
    with works("T1") as work, pytest.raises(Conflict, match="Say whose with --as"):
        acts.applying(work, read("boats", more))


RULE = '[[rule]]\nname = "New boat"\nsentence = "when boat is created then dm owner"\n'


def boats() -> PackFile:
    return read("boats", FIRST)
