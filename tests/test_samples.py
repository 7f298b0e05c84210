"""Samples: what a record points at is made first, as deep as it goes, and once each."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from models.activities.activity import Activity
from models.core.entity.base import ENTITIES, Entity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from tests import samples
from tests.handlers.kit import SQLITE

pytestmark = SQLITE
REACHED = {
    Activity: {"customer", "account", "opportunity", "case"},
    Membership: {"customer", "account"},
    Account: {"account"},
}


def counted(works: UnitOfWorkFactory) -> Counter[str]:
    with works("T1", writes=False) as work:
        everyone = {
            slug: work.session.scalar(select(func.count(entity.id))) or 0
            for slug, entity in ENTITIES.items()
            if not entity.governing
        }
    return +Counter(everyone)


@pytest.mark.parametrize("entity", REACHED, ids=lambda entity: entity.slug())
def test_what_a_sample_names_is_made_once_each(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    samples.given_references(works, entity)
    samples.given_references(works, entity)
    assert counted(works) == dict.fromkeys(REACHED[entity], 1)
    samples.given_sample(works, entity)


def test_what_is_required_is_made_as_deep_as_it_goes(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here a task needs a deal, which needs a customer."""
    least = samples.needed

    def needed(entity: type[Entity]) -> dict[str, str]:
        return (
            {"description": "Call", "opportunity": "OP-1"} if entity is Activity else least(entity)
        )

    monkeypatch.setattr(samples, "needed", needed)
    samples.given_first(works, Activity)
    assert counted(works) == {"customer": 1, "opportunity": 1, "activity": 1}


def test_what_can_never_be_made_is_named(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "needed", lambda entity: {"customer": "CU-1", "account": "AC-1"})
    monkeypatch.setattr(samples, "pointed", lambda entity, texts: [Customer, Account])
    with pytest.raises(LookupError, match="without the next: customer → customer"):
        samples.given_first(works, Customer)
