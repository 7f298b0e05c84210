"""What happens around every flush."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.errors import Conflict, Invalid
from models.core.listeners import insert_many
from models.core.outbox.delivery import Delivery, Post
from models.core.rules import begin, prepare
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity, StageChange
from tests.ground import START, StoppedClock, given

pytestmark = pytest.mark.dialect


def search_texts(work: UnitOfWork) -> list[str]:
    ours = select(SearchText.text).where(SearchText.entity == "lead")
    return list(work.session.scalars(ours.order_by(SearchText.record_id)))


def test_a_new_record_has_its_number_defaults_birthday_and_name(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada", last_name="Lovelace")
    assert (lead.ref, lead.status, lead.version, lead.created_at) == (
        "LD-1",
        LeadStatus.NEW,
        1,
        START,
    )
    assert (lead.title, lead.key, lead.workspace) == ("Ada Lovelace", "ada lovelace", "T1")


def test_the_name_follows_the_fields_it_is_made_of(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    lead = given(works, Lead, first_name="Ada")
    clock.forward(timedelta(hours=1))
    with works("T1", "U_RITA") as work:
        records.update(work, work.get(Lead, lead.id), {"first_name": "Zoë", "last_name": "Müller"})
    with works("T1") as work:
        lead = work.get(Lead, lead.id)
        assert (lead.title, lead.key) == ("Zoë Müller", "zoe muller")
        assert (lead.created_at, lead.updated_at, lead.version) == (
            START,
            START + timedelta(hours=1),
            2,
        )


def test_every_changed_field_is_written_down_with_who_and_how(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada")
    with works("T1", "U_MONA", door="form") as work:
        records.update(work, work.get(Lead, lead.id), {"first_name": "Grace", "score": "7"})
        unit, mona = work.unit, work.actor
    with works("T1") as work:
        found = work.session.scalars(select(AuditEntry).where(AuditEntry.unit == unit)).all()
        assert {(row.field, row.old, row.new) for row in found} == {
            ("first_name", "Ada", "Grace"),
            ("score", None, "7"),
        }
        assert mona is not None
        row = found[0]
        assert (row.actor, row.door, row.action, row.entity, row.version) == (
            mona.id,
            "form",
            "update",
            "lead",
            2,
        )


def test_writing_what_is_there_already_changes_nothing(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada")
    with works("T1", "U_RITA") as work:
        records.update(work, work.get(Lead, lead.id), {"first_name": "Ada"})
        assert work.changes == []
    with works("T1") as work:
        assert work.get(Lead, lead.id).version == 1


def test_a_rule_that_refuses_keeps_everything_out(works: UnitOfWorkFactory) -> None:
    with pytest.raises(Invalid, match="Name or e-mail is enough"):
        given(works, Customer, city="Berlin")
    with pytest.raises(Conflict, match="A lead is converted with: lead convert"):
        given(works, Lead, first_name="Ada", status="converted")
    with works("T1") as work:
        counted = (
            work.session.scalar(select(func.count(e.id))) for e in (Customer, Lead, StageChange)
        )
        assert list(counted) == [0, 0, 0]
        assert search_texts(work) == []


def test_every_move_of_a_deal_is_written_down(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    deal = given(works, Opportunity, name="Acme", customer="CU-1")
    with works("T1", "U_RITA") as work:
        work.get(Opportunity, deal.id).win(work)
    with works("T1") as work:
        moves = work.session.scalars(select(StageChange).order_by(StageChange.id)).all()
        assert [(move.before, move.after, move.workspace) for move in moves] == [
            (None, "qualification", "T1"),
            ("qualification", "won", "T1"),
        ]


def test_the_search_text_follows_and_a_deleted_record_is_not_found(
    works: UnitOfWorkFactory,
) -> None:
    lead = given(works, Lead, first_name="Ada", company="Analytical")
    with works("T1", "U_RITA") as work:
        assert search_texts(work) == ["ld-1 ada analytical"]
        records.update(
            work, work.get(Lead, lead.id), {"company": "Engines", "phone": "030 1234567"}
        )
    with works("T1", "U_RITA") as work:
        assert search_texts(work) == ["ld-1 ada engines +49 30 1234567 49301234567"]
        records.delete(work, work.get(Lead, lead.id))
    with works("T1", "U_RITA") as work:
        assert search_texts(work) == [""]
        records.restore(work, work.get(Lead, lead.id))
    with works("T1") as work:
        assert search_texts(work) == ["ld-1 ada engines +49 30 1234567 49301234567"]


def test_standing_cards_are_drawn_anew_when_their_record_changes(works: UnitOfWorkFactory) -> None:
    lead, other = given(works, Lead, first_name="Ada"), given(works, Lead, first_name="Grace")
    with works("T1", "U_RITA") as work:
        for record in (lead, other):
            work.session.add(
                Post(
                    entity="lead",
                    record_id=record.id,
                    channel="C_SALES",
                    ts=f"1.{record.id}",
                    posted_at=work.now,
                )
            )
    with works("T1", "U_RITA") as work:
        records.update(work, work.get(Lead, lead.id), {"score": "7"})
    with works("T1") as work:
        found = work.session.scalars(select(Delivery).where(Delivery.kind == "redraw")).all()
        assert [(row.channel, row.ts, row.record_id) for row in found] == [
            ("C_SALES", f"1.{lead.id}", lead.id)
        ]


def test_deleted_records_are_seen_only_by_who_asks(works: UnitOfWorkFactory) -> None:
    lead = given(works, Lead, first_name="Ada")
    with works("T1", "U_RITA") as work:
        records.delete(work, work.get(Lead, lead.id))
    with works("T1") as work:
        everything = select(Lead)
        assert work.session.scalars(everything).all() == []
        assert len(work.session.scalars(everything.execution_options(with_deleted=True)).all()) == 1


@pytest.mark.parametrize(
    "statement", [select(Lead), select(Lead.id), select(func.count(Lead.id)).having(True)]
)
def test_no_select_sees_another_workspace(works: UnitOfWorkFactory, statement: object) -> None:
    given(works, Lead, "U_OTTO", "T2", first_name="Grace")
    with works("T1") as work:
        assert work.session.scalars(statement).all() in ([], [0])  # type: ignore[call-overload]


def test_subqueries_and_exists_see_only_their_own_workspace(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    given(works, Lead, "U_OTTO", "T2", first_name="Ada", company="Theirs")
    with works("T1") as work:
        ids = select(SearchText.record_id).where(SearchText.text.contains("theirs"))
        assert work.session.scalars(select(Lead).where(Lead.id.in_(ids))).all() == []
        assert (
            work.session.scalar(select(func.count()).select_from(select(Lead.id).subquery())) == 1
        )


def test_updating_many_leaves_other_workspaces_alone(works: UnitOfWorkFactory) -> None:
    given(works, Lead, first_name="Ada")
    given(works, Lead, "U_OTTO", "T2", first_name="Grace")
    with works("T1") as work:
        work.session.execute(update(Lead).values(score=5))
    with works("T2") as work:
        assert work.session.scalars(select(Lead.score)).all() == [None]


def test_many_at_once_are_stored_as_one_by_one(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_RITA") as work:
        many = [Lead(first_name=name) for name in ("Ada", "Grace")]
        for lead in many:
            begin(work, lead)
            prepare(work, lead)
        insert_many(work, many)
    single = given(works, Lead, first_name="Edith")
    with works("T1") as work:
        found = work.session.scalars(select(Lead).order_by(Lead.number)).all()
        assert [(lead.ref, lead.title, lead.version) for lead in found] == [
            ("LD-1", "Ada", 1),
            ("LD-2", "Grace", 1),
            ("LD-3", "Edith", 1),
        ]
        assert search_texts(work) == ["ld-1 ada", "ld-2 grace", "ld-3 edith"]
        written = work.session.execute(
            text(
                "SELECT record_id FROM audit_entry WHERE field = 'first_name' AND entity = 'lead' ORDER BY id"
            )
        ).all()
        assert [row.record_id for row in written] == [found[0].id, found[1].id, single.id]
