"""Two admins change the shape of a workspace at the same moment, each by a process of their own."""

import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from bot.app import create_dispatcher
from handlers.core.interaction import Interaction
from handlers.core.responses import Form, Message, Response
from models.core import records
from models.core.custom.custom_field import CustomField
from models.core.custom.custom_object import CustomObject
from models.core.entity.base import Entity
from models.core.errors import CRMError
from models.core.identity.rights import Preset
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.handlers.admin.test_custom_fields import ADA, added, deal

pytestmark = pytest.mark.dialect
BOTH = (ADA, "U_ELI")


@pytest.fixture
def admins(works: UnitOfWorkFactory, ada: Customer) -> UnitOfWorkFactory:
    works.welcome("T1", "U_ELI", role=Preset.ADMIN)
    return works


def at_once(works: UnitOfWorkFactory, lines: Sequence[str]) -> list[str]:
    """What each admin reads who types one of the lines, all at the same moment."""
    barrier, said = threading.Barrier(len(lines)), dict[int, str]()

    def act(at: int) -> None:
        own = create_dispatcher(UnitOfWorkFactory(works.engine, works.clock))
        barrier.wait()
        try:
            said[at] = read(own.do(Interaction("command", "T1", BOTH[at], lines[at])))
        except CRMError as error:
            said[at] = str(error)

    threads = [threading.Thread(target=act, args=(at,)) for at in range(len(lines))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [said[at] for at in range(len(lines))]


def read(reply: Response) -> str:
    return (
        reply.text
        if isinstance(reply, Message)
        else str(reply.view if isinstance(reply, Form) else "")
    )


def there_are(works: UnitOfWorkFactory, entity: type[Entity]) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count(entity.id))) or 0


def test_one_field_of_a_name_is_added(admins: UnitOfWorkFactory) -> None:
    for at in range(4):
        name = f"Region {'ABCD'[at]}"
        said = at_once(admins, [f'field new deal "{name}" text', f'field new deal "{name}" number'])
        assert sum("Created FD-" in each for each in said) == 1, said
        assert sum(f"A deal has a field “{name}” already." in each for each in said) == 1, said
        assert there_are(admins, CustomField) == at + 1


def test_one_noun_of_a_name_is_made(admins: UnitOfWorkFactory) -> None:
    said = at_once(admins, ["object new Project prefix=PJ", "object new Project prefix=PR"])
    assert sum("Created OB-1" in each for each in said) == 1, said
    assert there_are(admins, CustomObject) == 1


def test_two_formulas_make_no_circle(admins: UnitOfWorkFactory) -> None:
    added(admins, "opportunity", "First", "formula", formula="amount * 2")
    added(admins, "opportunity", "Second", "formula", formula="amount * 3")
    lines = ['field edit FD-1 formula="second * 2"', 'field edit FD-2 formula="first * 2"']
    said = at_once(admins, lines)
    assert sum("Changed FD-" in each for each in said) == 1, said
    assert sum("would be worked out from itself" in each for each in said) == 1, said


def test_an_option_that_goes_is_not_held_and_a_field_that_goes_is_not_used(
    admins: UnitOfWorkFactory,
) -> None:
    added(admins, "opportunity", "Tier", "choice", options="Gold, Silver")
    added(admins, "opportunity", "Seats", "number")
    deal(admins)
    said = at_once(admins, ['field edit FD-1 options="Silver"', "set OP-1 tier=gold"])
    with admins("T1", writes=False) as work:
        field, record = work.find(CustomField, 1), work.find(Opportunity, 1)
        assert record.x_tier is None or "Gold" in (field.options or ""), said
    said = at_once(
        admins, ["field delete FD-2 --yes", 'field new deal "Places" formula "seats * 2"']
    )
    with admins("T1", writes=False) as work:
        gone = work.find(CustomField, 2, deleted=True).deleted_at
        formulas = work.session.scalars(select(CustomField).where(CustomField.kind == "formula"))
        assert not (gone and formulas.all()), said
    with admins("T1", ADA) as work:
        records.update(work, work.find(Opportunity, 1), {"amount": "5"})
