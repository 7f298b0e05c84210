"""Which act is undone, until when, and by whom."""
# ruff: noqa: F811 — the fixtures keep their names here

from collections.abc import Callable
from datetime import timedelta

import pytest

from models.core import records
from models.core.errors import Conflict, CRMError, Forbidden, NotFound
from models.core.history import last_change
from models.core.history import undo as undoing
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.models.marks import SQLITE
from tests.models.undo import act, ada, change, eve, now, undo  # noqa: F401

# ── which act, and until when ─────────────────────────────────────────────────────────────────────


def last(works: UnitOfWorkFactory, person: str = "U_RITA") -> tuple[str, str]:
    with works("T1", person, writes=False) as work:
        return last_change.last_unit(work), last_change.last_undo(work)


def test_the_last_unit_is_the_last_thing_a_person_did_and_has_not_undone(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    created, _ = last(works)
    unit = change(works, "U_RITA", first_name="Grace")
    change(works, "U_RAVI", company="Navy")
    assert last(works) == (unit, "")
    undone = undo(works, unit)
    assert last(works) == (created, undone)
    with works("T1", "U_RITA") as work:
        assert [str(record) for record in undoing.touched(work, unit)] == ["LD-1 Ada"]
    change(works, "U_RITA", company="Looms")
    assert last(works)[1] == ""
    for nobody in ("U_ELI", ""):
        assert last(works, nobody) == ("", "")


def test_one_goes_back_act_by_act_and_forward_again(works: UnitOfWorkFactory, ada: Lead) -> None:
    acts = ({"phone": "+4930901820"}, {"company": "Navy"}, {"company": "Looms"})
    units = [change(works, "U_RITA", **texts) for texts in acts]
    undone = []
    for unit in reversed(units):
        assert last(works)[0] == unit
        undone.append(undo(works, unit))
    for each, unit in zip(reversed(undone), units, strict=True):
        assert last(works)[1] == each
        again = undo(works, each)
        assert last(works)[0] == again
        assert unit != again
    assert last(works)[1] == ""


def test_what_somebody_else_set_back_is_not_passed_over(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    change(works, "U_RITA", company="Navy")
    unit = change(works, "U_RITA", first_name="Grace")
    change(works, "U_RAVI", first_name="Ada")
    assert last(works)[0] == unit


def test_where_somebody_went_on_it_is_not_passed_over_either(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    unit = change(works, "U_RITA", first_name="Grace")
    undo(works, change(works, "U_RITA", company="Navy"))
    change(works, "U_RAVI", first_name="Edith")
    assert last(works)[0] == unit


@SQLITE
def test_what_was_not_undone_is_not_done_again(works: UnitOfWorkFactory, ada: Lead) -> None:
    unit = change(works, "U_RITA", first_name="Grace")
    for each in (unit, "", "0" * 32):
        with works("T1", "U_RITA") as work, pytest.raises(Conflict, match="nothing to do again"):
            undoing.redo(work, each)


@SQLITE
def test_it_is_undone_once(works: UnitOfWorkFactory, ada: Lead) -> None:
    unit = change(works, "U_RITA", first_name="Grace")
    undone = undo(works, unit)
    with pytest.raises(Conflict, match="This was undone already"):
        undo(works, unit)
    undo(works, undone)
    with pytest.raises(Conflict, match="This was done again already"):
        undo(works, undone)


@pytest.mark.parametrize(
    ("do", "instead"),
    [
        (
            lambda work: records.create(work, Lead, {"first_name": "Bob"}),
            "To hide LD-2 Bob: delete LD-2",
        ),
        (
            lambda work: records.delete(work, work.find(Lead, 1)),
            "To bring back LD-1 Ada: restore LD-1",
        ),
        (
            lambda work: records.update(work, work.find(Lead, 1), {"company": "Navy"}),
            "To set LD-1 Ada back: revert LD-1 to v1",
        ),
    ],
)
@SQLITE
def test_after_a_day_there_are_other_ways(
    works: UnitOfWorkFactory,
    clock: StoppedClock,
    ada: Lead,
    do: Callable[[UnitOfWork], object],
    instead: str,
) -> None:
    unit = act(works, "U_RITA", do)
    clock.forward(undoing.WINDOW + timedelta(seconds=1))
    with pytest.raises(
        Conflict, match=f"more than 24 hours ago; undo does not reach that far. {instead}"
    ):
        undo(works, unit)
    clock.forward(-timedelta(seconds=1))
    undo(works, unit)


# ── who may ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by", ["U_RITA", "U_RAVI", "U_MONA", "U_ADA"])
@SQLITE
def test_whoever_may_change_it_may_undo_the_change(
    works: UnitOfWorkFactory, ada: Lead, by: str
) -> None:
    undo(works, change(works, "U_RITA", company="Navy"), by)
    assert now(works, Lead).company == "Engines"


@pytest.mark.parametrize(
    ("by", "error", "sentence"),
    [
        (
            "U_SAM",
            Forbidden,
            "Your role (support) does not allow “lead edit”. Ada Abel can give it.",
        ),
        ("U_OLGA", NotFound, "There is no LD-1."),
        ("U_JULE", NotFound, "There is no LD-1."),
        ("U_GUS", Forbidden, "Guests cannot use the CRM"),
    ],
)
@SQLITE
def test_whoever_may_not_change_it_may_not_undo_the_change(
    works: UnitOfWorkFactory, ada: Lead, by: str, error: type[CRMError], sentence: str
) -> None:
    unit = change(works, "U_RITA", company="Navy")
    with pytest.raises(error) as caught:
        undo(works, unit, by)
    assert str(caught.value).startswith(sentence)
    assert now(works, Lead).company == "Navy"


@SQLITE
def test_another_workspace_finds_nothing_to_undo(works: UnitOfWorkFactory, ada: Lead) -> None:
    unit = change(works, "U_RITA", company="Navy")
    with works("T2", "U_OTTO") as work, pytest.raises(Conflict, match="There is nothing to undo"):
        undoing.undo(work, unit)


@SQLITE
def test_who_gave_something_away_takes_it_back_and_nobody_else_of_their_rights_does(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Lead, "U_JULE", first_name="Eve")

    def give_away(work: UnitOfWork) -> None:
        records.assign(work, work.find(Lead, 1), work.lookup("user", "U_OLGA"))

    unit = act(works, "U_JULE", give_away)
    with pytest.raises(NotFound):
        undo(works, unit, "U_RITA")
    undo(works, unit, "U_JULE")
    with works("T1", writes=False) as work:
        assert work.name("user", now(works, Lead).owner) == "Jule Jansen"


@SQLITE
def test_who_gave_something_up_needs_each_right_for_the_record_as_it_is_or_as_it_will_be(
    works: UnitOfWorkFactory,
) -> None:
    """What nobody has they may assign and not change; what a colleague has they may change and
    not assign.
    """

    def allow(rights: str) -> None:
        with works("T1", "U_ADA") as work:
            records.update(work, work.get(Role, work.lookup("role", "rep")), {"rights": rights})

    given(works, Lead, "U_RITA", first_name="Eve", company="Navy")
    allow("lead: look, change")
    unit = change(works, "U_JULE", owner="", company="Looms")
    allow("lead: look, edit team, assign own")
    undo(works, unit, "U_JULE")
    lead = now(works, Lead)
    with works("T1", writes=False) as work:
        assert (lead.company, work.name("user", lead.owner)) == ("Navy", "Rita Reyes")


@SQLITE
def test_a_creation_is_undone_by_who_may_delete(works: UnitOfWorkFactory, eve: Customer) -> None:
    texts = {"subject": "Lost oar", "customer": eve.ref}
    unit = act(works, "U_RITA", lambda work: records.create(work, Case, texts))
    with pytest.raises(Forbidden, match="does not allow “case delete”"):
        undo(works, unit)
    undo(works, unit, "U_SAM")
    assert now(works, Case).deleted_at


@SQLITE
def test_everybody_may_undo_their_own_hours_and_nothing_else_of_themselves(
    works: UnitOfWorkFactory,
) -> None:
    def set_of_oneself(**texts: str) -> Callable[[UnitOfWork], None]:
        return lambda work: records.update(work, work.get(User, work.actor.id), texts)

    undo(works, act(works, "U_JULE", set_of_oneself(starts_at="8:00")), "U_JULE")
    unit = act(works, "U_JULE", set_of_oneself(zone="Asia/Tokyo"))
    with pytest.raises(Forbidden, match="does not allow “user edit”"):
        undo(works, unit, "U_JULE")
