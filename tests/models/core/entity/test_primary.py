"""The step that lets one be primary: what came to be two before is mended, and from then on the
database refuses it.
"""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from models.core.db.engine import everywhere
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.maintenance import schema

pytestmark = pytest.mark.dialect

BEFORE = "0011"


def test_of_several_that_were_primary_the_newest_stays_it(settled: Engine) -> None:
    works = UnitOfWorkFactory(settled)
    works.settle("T1", name="Acme")
    with works("T1") as work:
        ada, eve = (work.add(Customer(first_name=name)) for name in ("Ada", "Eve"))
        lark = work.add(Account(name="Lark"))
        ways = [
            work.add(Contact(customer=who.id, type=kind, value="x"))
            for who, kind in ((ada, "other"), (ada, "other"), (ada, "address"), (eve, "other"))
        ]
        places = [work.add(Membership(customer=who.id, account=lark.id)) for who in (ada, ada, eve)]
        gone = work.add(Contact(customer=ada.id, type="other", value="y"))
        gone.deleted_at = work.now
    schema.downgrade(settled, BEFORE)
    with everywhere(settled).begin() as connection:
        for table in ("contact", "membership"):
            connection.execute(text(f'UPDATE {table} SET "primary" = true'))
    schema.upgrade(settled)
    with works("T1", writes=False) as work:
        primary = {each.id for each in (work.get(Contact, way.id) for way in ways) if each.primary}
        assert primary == {way.id for way in ways[1:]}
        assert [work.get(Membership, place.id).primary for place in places] == [False, True, True]
        assert work.get(Contact, gone.id).primary  # hidden: it is beside nobody
    with pytest.raises(IntegrityError), everywhere(settled).begin() as connection:
        connection.execute(text(f'UPDATE contact SET "primary" = true WHERE id = {ways[0].id}'))
