"""Where nobody is named, nobody may anything and sees nothing; the program is an explicit actor."""

import pytest
from sqlalchemy import select

from models.core.context import SYSTEM
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Forbidden
from models.core.identity.user import User
from models.core.permissions import policy, visibility
from models.core.search.query import find_everywhere, list_records, suggestions
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.models.marks import SQLITE
from tests.samples import given_sample

ALL = pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.slug())


@ALL
def test_nobody_may_anything_and_the_program_everything(entity: type[Entity]) -> None:
    verbs = ("show", "new", "edit", "delete", "export", "assign")
    assert [verb for verb in verbs if policy.can(None, verb, entity)] == []
    assert [verb for verb in verbs if not policy.can(SYSTEM, verb, entity)] == []


@ALL
def test_nobody_sees_nothing_by_whatever_way(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    number = 1 if entity is User else given_sample(works, entity).number
    with works("T1", writes=False) as work:
        there = work.find(entity, number)
        assert find(work, entity, there)
        with policy.among(work.session, ()):
            assert find(work, entity, there) == []
            assert policy.hides(work, entity, entity.named[0] if entity.named else "created_at")
            assert visibility.hidden(work, entity.created_at, *columns(entity))
        assert find(work, entity, there)


def find(work: UnitOfWork, entity: type[Entity], record: Entity) -> list[object]:
    """All the ways in which something of a record is read."""
    found: list[object] = list(work.session.scalars(select(entity).where(entity.id == record.id)))
    found += list_records(work, entity, "").records
    found += suggestions(work, entity, record.title)
    found += find_everywhere(work, record.ref)
    found += policy.fields(work, record)
    found += [name for name in record.fields() if policy.legible(work, record, name)]
    return found + ([record] if policy.shows(work, record) or work.shows(record) else [])


def columns(entity: type[Entity]) -> list[object]:
    return [getattr(entity, name) for name in entity.fields()][:1]


def test_who_reads_must_be_decided(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    with works("T1", writes=False) as work:
        decided = work.session.info.pop("viewers")
        with pytest.raises(AssertionError, match="Nobody decided who reads this"):
            work.session.scalars(select(Lead)).all()
        work.session.info["viewers"] = decided


@SQLITE
def test_undecided_in_production_is_an_empty_answer(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    given(works, Lead, first_name="Ada")
    monkeypatch.setattr(policy, "STRICT", False)
    with works("T1", writes=False) as work:
        decided = work.session.info.pop("viewers")
        assert work.session.scalars(select(Lead)).all() == []
        work.session.info["viewers"] = decided
    assert policy.UNDECIDED in caplog.text


@SQLITE
def test_an_act_of_nobody_is_refused(works: UnitOfWorkFactory) -> None:
    with works("T1", writes=False) as work:
        work.actor = None  # type: ignore[assignment]
        with pytest.raises(Forbidden, match="Nobody asks for this"):
            policy.check(work, "new", Lead)
        assert (
            work.session.scalars(select(User).where(visibility.only(work, User, "edit"))).all()
            == []
        )
