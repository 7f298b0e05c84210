"""A rule asks of the values of a record what a list asks of the database."""

import pytest
from sqlalchemy import select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.automation import conditions
from models.automation.conditions import Question
from models.core.entity.base import ENTITIES, Entity
from models.core.search import filter_parser, filter_sql
from models.core.search.list_words import Listing
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.samples import given_sample

pytestmark = pytest.mark.dialect
MADE = [each for slug, each in ENTITIES.items() if slug != "user"]


def asked(work: UnitOfWork, record: Entity) -> list[str]:
    """Filters about each field of a record, of which some fit it."""
    found = ["created <= today", "updated > tomorrow", *filter_sql.shortcuts(type(record))]
    for name, kind in record.fields().items():
        text = (kind.write(getattr(record, name), work) or "").replace('"', "'").split("\n")[0]
        found += [f"{name} = empty", f"{name} != empty"]
        found += [f'{name} {sign} "{text}"' for sign in filter_sql.signs(kind) if text]
    return found


@pytest.mark.parametrize("entity", MADE, ids=lambda entity: entity.slug())
def test_values_fit_a_filter_as_the_record_does(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    made = given_sample(works, entity)
    with works("T1", "U_ADA", writes=False) as work:
        record = work.get(entity, made.id)
        tried = 0
        for text in asked(work, record):
            try:
                node = Listing(work, entity, alone=False).read(filter_parser.parse(text))
                fits = filter_sql.condition(node, entity, work)
            except ValueError:
                continue  # a value that cannot be looked for
            there = select(entity.id).where(entity.id == record.id, fits)
            expected = work.session.scalar(there) is not None
            question = Question(conditions.condition(work, entity, text), conditions.held(record))
            assert conditions.answers(work, entity, [question]) == [expected], text
            tried += 1
        assert tried > 2 * len(record.fields()) - 2
