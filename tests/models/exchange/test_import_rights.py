"""A file changes, fills and names no more than whoever brings it may by hand; and it stands in
nobody's way.
"""

import io
import threading

import pytest
from sqlalchemy import Engine, event, select, text

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.activities.activity import Activity
from models.core import records
from models.core.db.engine import everywhere
from models.core.errors import Forbidden
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.exchange import export
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given
from tests.models.exchange.steps import everything, imported, rejected
from tests.models.marks import SQLITE


def allow(works: UnitOfWorkFactory, *lines: str) -> None:
    """What reps may do, and no more."""
    with works("T1", "U_ADA") as work:
        records.update(
            work, work.get(Role, work.lookup("role", "rep")), {"rights": "\n".join(lines)}
        )


@SQLITE
def test_who_may_import_and_not_edit_a_record_does_not_change_it(works: UnitOfWorkFactory) -> None:
    allow(works, "lead: look, new, import, edit own")
    theirs = given(works, Lead, by="U_RITA", first_name="Ada", company="Analytical", owner="me")
    own = given(works, Lead, by="U_JULE", first_name="Eve", company="Looms", owner="me")
    outcome = imported(
        works, Lead, f"Ref,Company\n{theirs.ref},Evil\n{own.ref},Mills\n", by="U_JULE"
    )
    assert (outcome.updated, outcome.rejected) == (1, 1)
    assert [lead.company for lead in everything(works, Lead)] == ["Analytical", "Mills"]


@SQLITE
def test_what_is_hidden_is_not_filled_by_a_file(works: UnitOfWorkFactory) -> None:
    allow(works, "customer: look, new, edit, import, hide notes")
    ada = given(works, Customer, by="U_ADA", first_name="Ada", notes="chess")
    outcome = imported(
        works, Customer, f"Ref,First name,Notes\n{ada.ref},Ada,dice\n,Eve,chess\n", by="U_JULE"
    )
    assert outcome.rejected == 2
    assert [customer.notes for customer in everything(works, Customer)] == ["chess"]


@SQLITE
def test_a_file_cannot_try_what_a_hidden_field_holds(works: UnitOfWorkFactory) -> None:
    """A row is refused alike, whether it names what the record holds or something else; also
    whether it is done.
    """
    allow(
        works,
        "customer: look, edit, import, hide notes phone",
        "task: look, edit, import, hide done_at",
    )
    ada = given(works, Customer, by="U_ADA", first_name="Ada", notes="chess", phone="+4930123456")
    for header, held, other in (
        ("Notes", "chess", "dice"),
        ("Phone", "+4930123456", "+4930123457"),
    ):
        files = [f"Ref,First name,{header}\n{ada.ref},Ada,{text}\n" for text in (held, other)]
        tried = [rejected(works, Customer, file, by="U_JULE") for file in files]
        assert tried[0] == tried[1] != [], header
    tasks = [
        given(works, Activity, by="U_ADA", description="Call", customer=ada.ref) for _ in range(2)
    ]
    with works("T1", "U_ADA") as work:
        work.get(Activity, tasks[0].id).done_at = work.now
    tried = [
        rejected(works, Activity, f"Ref,Status\n{task.ref},done\n", by="U_JULE") for task in tasks
    ]
    assert tried[0] == tried[1] != []


@SQLITE
def test_who_does_not_see_what_a_file_makes_makes_it_once(works: UnitOfWorkFactory) -> None:
    """Ways to reach others' customers, and what joins them to accounts, where one sees one's own
    alone.
    """
    allow(
        works,
        "customer: look, edit, import",
        "contact: look own, new",
        "membership: look own, new",
        "account: look",
    )
    ada = given(works, Customer, by="U_RITA", first_name="Ada", email="ada@x.example", owner="me")
    looms, mills = (given(works, Account, by="U_RITA", name=name) for name in ("Looms", "Mills"))
    given(works, Membership, by="U_RITA", customer=ada.ref, account=looms.ref, primary="yes")
    file = f"Ref,First name,Email,Email 2,Account\n{ada.ref},Ada,ada@x.example,ada@y.example,{mills.name}\n"
    first, second = (imported(works, Customer, file, by="U_JULE") for _ in range(2))
    assert [(each.joined, each.reached) for each in (first, second)] == [(1, 1), (0, 0)]
    assert "Nothing changed" not in str(first)
    assert "Nothing changed" in str(second)
    assert [each.title for each in everything(works, Contact)] == ["email ada@y.example"]
    assert [each.primary for each in everything(works, Membership)] == [True, False]


@SQLITE
def test_who_may_make_and_not_look_imports_all_the_same(works: UnitOfWorkFactory) -> None:
    allow(works, "customer: new, import", "contact: new")
    outcome = imported(
        works, Customer, "First name,Email,Email 2\nAda,a@x.example,b@x.example\n", by="U_JULE"
    )
    assert (outcome.created, outcome.reached) == (1, 1)


@SQLITE
def test_a_membership_does_not_tell_a_job_title_that_is_hidden(works: UnitOfWorkFactory) -> None:
    allow(
        works,
        "customer: look, edit, import, hide job_title",
        "account: look",
        "membership: look, new",
    )
    ada, bob = (
        given(works, Customer, by="U_ADA", first_name=name, job_title="Spy")
        for name in ("Ada", "Bob")
    )
    given(works, Account, by="U_ADA", name="Mills")
    for who, ref in (("U_JULE", ada.ref), ("U_ADA", bob.ref)):
        imported(works, Customer, f"Ref,Account\n{ref},Mills\n", by=who)
    assert [each.role for each in everything(works, Membership)] == [None, "Spy"]


@SQLITE
def test_what_is_made_of_names_is_for_who_may_make_it_and_fills_nothing_hidden(
    works: UnitOfWorkFactory,
) -> None:
    """Who may not is told before anything is stored, whatever the first rows name."""
    allow(
        works, "customer: look, new, import", "account: look, new, hide domain", "membership: new"
    )
    file = "First name,Account\nAda,\nEve,acme.example\n"
    imported(works, Customer, file, by="U_JULE", make=("account",))
    assert [(each.name, each.domain) for each in everything(works, Account)] == [
        ("acme.example", None)
    ]
    allow(works, "customer: look, new, import", "account: look", "membership: new")
    with pytest.raises(Forbidden, match="account new"):
        imported(works, Customer, "First name,Account\nBob,\n", by="U_JULE", make=("account",))
    assert [each.first_name for each in everything(works, Customer)] == ["Ada", "Eve"]


@SQLITE
def test_a_lead_that_is_here_is_converted_by_a_file_only_for_who_may_convert_it(
    works: UnitOfWorkFactory,
) -> None:
    """A new one was converted elsewhere."""
    allow(works, "lead: look, new, edit, import", "customer: look")
    ada = given(works, Lead, by="U_RITA", first_name="Ada")
    given(works, Customer, by="U_RITA", first_name="Eve")
    said = "Is Converted,Converted Contact"
    reasons = rejected(
        works, Lead, f"Ref,First name,{said}\n{ada.ref},Ada,yes,Eve\n,Bob,yes,Eve\n", by="U_JULE"
    )
    assert reasons == ["Your role (rep) does not allow “lead convert”. Ada Abel can give it."]
    assert [(each.status, each.converted_customer) for each in everything(works, Lead)] == [
        ("new", None),
        ("converted", everything(works, Customer)[0].id),
    ]
    allow(works, "lead: look, new, edit, import, convert", "customer: look")
    assert (
        imported(
            works, Lead, f"Ref,First name,{said}\n{ada.ref},Ada,yes,Eve\n", by="U_JULE"
        ).updated
        == 1
    )


@SQLITE
def test_a_row_makes_a_record_only_for_who_may_make_one(works: UnitOfWorkFactory) -> None:
    allow(works, "lead: look, edit, import")
    reasons = rejected(works, Lead, "First name,Company\nAda,Looms\n", by="U_JULE")
    assert reasons == ["Your role (rep) does not allow “lead new”. Ada Abel can give it."]


@SQLITE
def test_a_row_gives_nothing_away_that_its_bearer_may_not_give(works: UnitOfWorkFactory) -> None:
    allow(works, "lead: look, new, edit, import", "user: look")
    lead = given(works, Lead, by="U_JULE", first_name="Ada", owner="me")
    file = f"Ref,First name,Owner\n{lead.ref},Ada,Olga Orlova\n,Eve,Olga Orlova\n,Eve,Jule Jansen\n"
    outcome = imported(works, Lead, file, by="U_JULE")
    assert (outcome.created, outcome.updated, outcome.rejected) == (1, 0, 2)
    with works("T1", writes=False) as work:
        owners = set(work.session.scalars(select(Lead.owner)))
        assert owners == {work.lookup("user", "U_JULE")}


@SQLITE
def test_an_export_does_not_name_a_record_that_one_may_not_see(works: UnitOfWorkFactory) -> None:
    allow(works, "case: look, export", "customer: look own")
    ada = given(works, Customer, by="U_RITA", first_name="Ada", last_name="Secret", owner="me")
    given(works, Case, by="U_ADA", subject="Help", customer=ada.ref)
    file = io.StringIO(newline="")
    with works("T1", "U_JULE", writes=False) as work:
        assert export(work, Case, file) == 1
    assert "Help" in file.getvalue()
    assert ada.ref not in file.getvalue()


@SQLITE
def test_a_dry_run_counts_what_the_run_itself_counts(works: UnitOfWorkFactory) -> None:
    """Also a row that comes again, which finds what the dry run did not store."""
    file = "ID,NAME,PARENT\n1,Lark,\n2,Wren,1\n1,Lark,\n3,Tern,9\n2,Wren,1\n"
    dry = imported(works, Account, file, dry=True, strict=True)
    assert everything(works, Account) == []
    done = imported(works, Account, file, strict=True)
    counts = [
        (each.read, each.created, each.updated, each.unchanged, each.rejected)
        for each in (dry, done)
    ]
    assert counts == [(5, 2, 0, 2, 1)] * 2


def until_it_waits(engine: Engine, thread: threading.Thread) -> None:
    """Come back when a thread waits for a row that somebody else holds, or has ended."""
    here = "wait_event_type = 'Lock' AND datname = current_database()"
    waiting = text(f"SELECT count(*) FROM pg_stat_activity WHERE {here}")
    with everywhere(engine).connect() as connection:
        while thread.is_alive() and not connection.scalar(waiting):
            connection.rollback()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_who_edits_a_record_while_a_file_changes_it_waits_for_the_file(
    works: UnitOfWorkFactory, engine: Engine
) -> None:
    """The file holds the rows that it is about to change: both changes stand, and neither is
    refused.
    """
    imported(works, Account, "ID,NAME\n1,Lark\n2,Wren\n")
    edits: list[threading.Thread] = []

    def edit() -> None:
        with works("T1", "U_ADA") as work:
            lark = work.get(Account, first)
            work.lock(lark)
            records.update(work, lark, {"industry": "Ships"})

    def meanwhile(*args: object) -> None:
        if "UPDATE account" in str(args[2]) and threading.current_thread() is main and not edits:
            edits.append(threading.Thread(target=edit))
            edits[0].start()
            until_it_waits(engine, edits[0])

    main, first = threading.current_thread(), everything(works, Account)[0].id
    event.listen(engine, "before_cursor_execute", meanwhile)
    try:
        outcome = imported(works, Account, "ID,NAME\n1,Larks\n2,Wrens\n")
        edits[0].join()
    finally:
        event.remove(engine, "before_cursor_execute", meanwhile)
    assert (outcome.updated, outcome.rejected) == (2, 0)
    lark, wren = everything(works, Account)
    assert (lark.name, lark.industry, wren.name) == ("Larks", "Ships", "Wrens")
