"""The step that renews what records are found by: the signs of the keyboard take the place of
others.
"""

import pytest
from sqlalchemy import Engine, text

from models.core.db.engine import everywhere
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.search.index import SearchText
from models.core.search.query import find_records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.maintenance import schema

pytestmark = pytest.mark.dialect

BEFORE = "0017"
OLD = {
    "o'brien kate": "o’brien kate",
    "l'oreal": "l’oreal",
    "meyer - sons": "meyer – sons",
    "new-york": "new‑york",
}


def test_old_keys_are_found_by_what_is_typed_today(settled: Engine) -> None:
    works = UnitOfWorkFactory(settled)
    works.settle("T1", name="Acme")
    with works("T1") as work:
        kate = work.add(Customer(first_name="O’Brien", last_name="Kate", email="k@x.example"))
        for name in ("L’Oréal", "Meyer – Sons", "Plain"):
            work.add(Account(name=name))
        work.add(Team(name="New‑York"))
        work.session.flush()
        work.session.query(User).update({"team": "new-york"})
    schema.downgrade(settled, BEFORE)
    with everywhere(settled).begin() as connection:
        for new, old in OLD.items():
            for table, column in (
                ("customer", "key"),
                ("account", "key"),
                ("team", "key"),
                ("search_text", "text"),
                ("user", "team"),
            ):
                change = f'UPDATE "{table}" SET {column} = replace({column}, :new, :old)'
                connection.execute(text(change), {"new": new, "old": old})
        connection.execute(text("""UPDATE search_text SET text = replace(text, '''', '’')"""))
    schema.upgrade(settled)
    with works("T1", writes=False) as work:
        assert [
            work.lookup("customer", name) for name in ("O'Brien", "O’Brien Kate", "o`brien")
        ] == [kate.id] * 3
        assert {each.key for each in work.session.query(Account)} == {
            "l'oreal",
            "meyer - sons",
            "plain",
        }
        assert [each.key for each in work.session.query(Team)].count("new-york") == 1
        assert not [each.text for each in work.session.query(SearchText) if "’" in each.text]
        assert [each.id for each in find_records(work, Customer, "O'Brien", None).records] == [
            kate.id
        ]
