"""A rule writes mails that its owner sends."""

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.automation.rule import Rule
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.automation.test_rule import say, work_on
from tests.handlers.kit import count

LINE = (
    "rule new when deal changes stage to proposal then "
    'mail customer "Your {name}" "Dear customer, it is {amount}, and {notes}."'
)


def deal_with(works: UnitOfWorkFactory, **customer: str) -> Opportunity:
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace", **customer)
    return given(works, Opportunity, name="Sails", customer=ada.ref, amount="5k")


def mails(slack: SlackDriver) -> list[str]:
    return [each.words for each in slack.posted("U_ADA") if "mail" in each.text.lower()]


def test_a_mail_is_ready_for_the_owner_with_the_values_of_the_record(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    assert "I write a mail to its customer that you can send: “Your {name}”" in say(slack, LINE)
    deal = deal_with(works, email="ada@x.example")
    say(slack, f"deal set {deal.ref} stage=proposal", "U_RITA")
    work_on(works, courier)
    [mail] = mails(slack)
    assert "A mail about OP-1 Sails is ready. To: ada@x.example" in mail
    assert "*Your Sails*" in mail
    assert "Dear customer, it is €5,000" in mail
    assert "mailto:ada@x.example?subject=Your%20Sails" in str(slack.posted("U_ADA")[-1].blocks)
    assert "wrote a mail that Ada Abel can send" in say(slack, "rule log RU-1")


def test_who_has_no_address_or_wants_no_mail_gets_none_and_the_log_says_so(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    say(slack, LINE)
    without = deal_with(works)
    ada = given(works, Customer, first_name="Bea", email="bea@x.example")
    with works("T1", "U_ADA") as work:
        texts = {"customer": ada.ref, "type": "email", "value": "bea@x.example"}
        records.create(work, Contact, {**texts, "opted_out": "yes"})
    refuses = given(works, Opportunity, name="Oars", customer=ada.ref)
    for deal in (without, refuses):
        say(slack, f"deal set {deal.ref} stage=proposal", "U_RITA")
    work_on(works, courier)
    assert mails(slack) == []
    log = say(slack, "rule log RU-1")
    assert "wrote no mail: OP-1 has no e-mail address" in log
    assert "wrote no mail: CU-2 wants no mail" in log


def test_a_customer_who_opts_out_before_the_mail_is_read_is_not_written_to(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    from models.automation import runner

    say(slack, LINE)
    deal = deal_with(works, email="ada@x.example")
    say(slack, f"deal set {deal.ref} stage=proposal", "U_RITA")
    runner.run_all(works, "T1")
    with works("T1", "U_ADA") as work:
        texts = {"customer": "CU-1", "type": "email", "value": "ada@x.example"}
        records.create(work, Contact, {**texts, "opted_out": "yes"})
    courier.drain()
    assert "ada@x.example" not in str(mails(slack))
    assert "RU-1 wrote no mail: CU-1 wants no mail." in mails(slack)[-1]


def test_what_is_no_mail_is_said(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    for line, why in {
        "when lead is created then mail customer": "A mail has a subject and a text",
        'when lead is created then mail customer "one"': "A mail has a subject and a text",
        'when lead is created then mail customer "" "b"': "A mail has a subject and a text",
        'when lead is created then mail nobody "a" "b"': "is no e-mail address",
        'when product is created then mail customer "a" "b"': "has no customer to write to",
        'every day at 9:00 then mail customer "a" "b"': "Without a record a rule can only",
    }.items():
        assert why in say(slack, f"rule new {line}"), line
    assert count(works, Rule) == 0
