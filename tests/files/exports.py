"""Exports of other systems, small and as they write them, with what is right to be stored of
each.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "exports"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Export:
    """A file. stored: what its records hold, in the order of the file, as far as it is named ·
    told: parts of what is told about it · lost: how many rows are rejected · answers: what the
    person says.
    """

    name: str
    entity: str
    stored: Rows
    told: tuple[str, ...] = ()
    lost: int = 0
    answers: dict[str, Any] = field(default_factory=dict)


def table(fields: str, *rows: tuple[Any, ...]) -> Rows:
    """Rows with the same fields."""
    return [dict(zip(fields.split(), row, strict=True)) for row in rows]


SALESFORCE = [
    Export(
        "salesforce_accounts.csv",
        "account",
        table(
            "external_id name parent annual_revenue",
            ("0015g00000abcdEAAQ", "Edge Communications", "", "139000000.00"),
            (
                "0015g00000abcdFAAQ",
                "Burlington Textiles Corp of America",
                "Edge Communications",
                "350000000.00",
            ),
        ),
    ),
    Export(
        "salesforce_contacts.csv",
        "customer",
        table(
            "title phone notes",
            ("Rose Gonzalez", "15127576000", None),
            ("Jack Rogers", "493362227000", "Prefers mail"),
        ),
        told=(
            "Memberships made with the accounts that rows name: 2.",
            "each a contact of its customer: 1.",
        ),
    ),
    Export(
        "salesforce_opportunities.csv",
        "opportunity",
        table(
            "name stage amount close_date account customer",
            ("Edge SLA", "won", "60000.00", "2025-11-01", "Edge Communications", "Rose Gonzalez"),
            (
                "Burlington Weaving",
                "discovery",
                "235000.00",
                "2026-12-24",
                "Burlington Textiles Corp of America",
                "",
            ),
            (
                "Burlington Lost",
                "lost",
                "5000.00",
                "2025-12-24",
                "Burlington Textiles Corp of America",
                "",
            ),
        ),
    ),
    Export(
        "salesforce_leads.csv",
        "lead",
        table(
            "title status converted_customer converted_account converted_opportunity notes",
            (
                "Kathy Snyder",
                "working",
                "",
                "",
                "",
                "Wants a call\nWebsite: www.tnr.example\nMobilePhone: (860) 333-0123",
            ),
            ("Tom James", "converted", "Rose Gonzalez", "Edge Communications", "Edge SLA", None),
            ("Jeff Glimpse", "converted", "", "", "", None),
            ("Phyllis Cotton", "unqualified", "", "", "", None),
        ),
        told=("What a field had no room for stands in the notes: Website 1 ×, MobilePhone 1 ×.",),
    ),
    Export(
        "salesforce_tasks.csv",
        "activity",
        table(
            "type description customer account opportunity minutes done_at",
            (
                "task",
                "Send Letter\nDear Rose, here is the letter\nsecond line",
                "Rose Gonzalez",
                "Edge Communications",
                "Edge SLA",
                None,
                "2025-10-06 10:00:00+00:00",
            ),
            ("call", "Call\nAsk about the budget", "", "", "", None, "None"),
            (
                "email",
                "Email: Hello\nAdditional To: x@y.example\nCC: \nBCC: \nAttachment: \n\nSubject: Hello\n"
                "Body:\nHi",
                "",
                "Burlington Textiles Corp of America",
                "",
                None,
                "2025-12-20 09:00:00+00:00",
            ),
            (
                "call",
                "Call\n\nNot read from the file:\nWhat: 5005g00000ddddAAAQ",
                "Rose Gonzalez",
                "Edge Communications",
                "",
                "3",
                "2025-12-21 09:00:00+00:00",
            ),
        ),
    ),
    Export(
        "salesforce_events.csv",
        "activity",
        table(
            "type description minutes done_at",
            ("meeting", "Demo\nShow the new thing", "60", "2025-10-05 09:00:00+00:00"),
        ),
    ),
    Export(
        "salesforce_relations.csv",
        "membership",
        table(
            "customer account role since",
            (
                "Rose Gonzalez",
                "Burlington Textiles Corp of America",
                "Decision Maker;Influencer",
                "2025-01-01",
            ),
            ("Jack Rogers", "Edge Communications", "Other", "None"),
        ),
        told=(
            "were left empty: Since 1 × (such as “someday”). To refuse their rows instead: --strict",
        ),
    ),
]

HUBSPOT = [
    Export(
        "hubspot_companies.csv",
        "account",
        table(
            "name employees parent owner",
            ("HubSpot Sample", "7400", "", "Rita Reyes"),
            ("Lark & Sons", "12", "HubSpot Sample", ""),
        ),
        answers={"people": {"Jane Doe (jane@corp.example)": "U_RITA"}},
    ),
    Export(
        "hubspot_contacts.csv",
        "customer",
        table(
            "title email phone",
            ("Maria Johnson (Sample Contact)", "emailmaria@hubspot.example", "16175550100"),
            ("Brian Halligan (Sample Contact)", "bh@hubspot.example", "49301234567"),
            ("nobody@x.example", "nobody@x.example", None),
        ),
        told=(
            "Memberships made with the accounts that rows name: 3.",
            "each a contact of its customer: 2.",
        ),
    ),
    Export(
        "hubspot_deals.csv",
        "opportunity",
        table(
            "name stage customer probability notes",
            (
                "Lark - New Deal",
                "qualification",
                "Brian Halligan (Sample Contact)",
                "20",
                "First\n\nNot read from the file:\nOwner: Jane Doe (jane@corp.example)",
            ),
            (
                "HubSpot - Renewal",
                "won",
                "Maria Johnson (Sample Contact)",
                "100",
                "Associated Contact: Brian Halligan (Sample Contact) (bh@hubspot.example)",
            ),
            ("Gone", "lost", "Maria Johnson (Sample Contact)", "0", None),
            ("Mid", "proposal", "Maria Johnson (Sample Contact)", "80", None),
        ),
        told=(
            "“Appointment Scheduled (Sales Pipeline)” is Qualification",
            "Associated Contact 1 ×.",
        ),
    ),
    Export(
        "hubspot_tickets.csv",
        "case",
        table(
            "subject status origin customer",
            ("Cannot log in", "waiting", "other", "Maria Johnson (Sample Contact)"),
            ("Invoice", "closed", "email", "Brian Halligan (Sample Contact)"),
            ("Feature", "new", "web", "Brian Halligan (Sample Contact)"),
        ),
    ),
]

PIPEDRIVE = [
    Export(
        "pipedrive_orgs.csv",
        "account",
        table("name country", ("MoveEr", "EE"), ("Silicon Links Inc", "US")),
    ),
    Export(
        "pipedrive_persons.csv",
        "customer",
        table(
            "title email phone",
            ("Benjamin Leon", "benjamin.leon@gmial.example", "37251234567"),
            ("Gloria Quinn", "gloria@silicon.example", "15127576000"),
        ),
        told=("each a contact of its customer: 4.",),
    ),
    Export(
        "pipedrive_deals.csv",
        "opportunity",
        table(
            "name stage amount currency close_date",
            ("MoveEr deal", "discovery", "1200.00", "EUR", "2026-12-12"),
            ("Silicon deal", "won", "3500.75", "USD", "2026-02-12"),
            ("Lost deal", "lost", "10.00", "USD", "2026-02-14"),
        ),
    ),
    Export(
        "airtable_deals.csv",
        "opportunity",
        table(
            "name stage amount currency close_date",
            ("BPS Pilot", "qualification", "9000.00", "USD", "2026-04-30"),
            ("BPS Roll-out", "won", "19000.00", "USD", "2026-02-28"),
        ),
        told=("Status: “Closed—won” is Won.",),
    ),
    Export(
        "pipedrive_activities.csv",
        "activity",
        table(
            "type description minutes due_date done_at",
            (
                "call",
                "Call Benjamin\nHe wants a quote\n\nNot read from the file:\nOwner: Phil Smith",
                "30",
                "2026-01-20 10:00:00+00:00",
                "2026-01-20 10:40:00+00:00",
            ),
            (
                "meeting",
                "Lunch with Gloria\n<p>Book a <b>table</b></p>\n\nNot read from the file:\nOwner: Phil Smith",
                None,
                "2026-12-20 09:00:00+00:00",
                "None",
            ),
        ),
    ),
]

OTHERS = [
    Export(
        "zoho_accounts.csv",
        "account",
        table(
            "name industry parent",
            ("Benton (Sample)", "Government/Military", ""),
            ("Truhlar And Truhlar (Sample)", None, "Benton (Sample)"),
        ),
        told=("Industry: “-None-” (1) read as empty.",),
    ),
    Export(
        "zoho_contacts.csv",
        "customer",
        table("title phone", ("John Butt (Sample)", "15555555555")),
        told=(
            "Memberships made with the accounts that rows name: 1.",
            "each a contact of its customer: 1.",
        ),
    ),
    Export(
        "zoho_tasks.csv",
        "activity",
        table(
            "customer account done_at",
            ("John Butt (Sample)", "", "2026-02-22 10:00:00+00:00"),
            ("John Butt (Sample)", "Benton (Sample)", "None"),
        ),
    ),
    Export(
        "datablist_organizations.csv",
        "account",
        table(
            "external_id",
            *(
                (id,)
                for id in (
                    "8cC6B5E3BfcdB0d",
                    "ec094061FeaF7Bc",
                    "DAcC5dbc58946A7",
                    "8Dd7beDa37FbeD0",
                    "a3b5c54AEC163e4",
                    "fDfEBeFDaEb59Af",
                )
            ),
        ),
    ),
    Export(
        "datablist_customers.csv",
        "customer",
        table(
            "first_name phone",
            ("Sheryl", "562290775154"),
            ("Preston", "5153435776"),
            ("Roy", "15394020259"),
            ("Linda", None),
        ),
        told=(
            "Accounts made from their names: 4.",
            "Memberships made with the accounts that rows name: 4.",
        ),
        answers={"make": ("account",)},
    ),
    Export(
        "kaggle_pipeline.csv",
        "opportunity",
        table(
            "name stage account close_date",
            ("GTX Plus Basic", "won", "Acme Corporation", "2017-03-01"),
            ("GTXPro", "won", "Betasoloin", "2017-03-11"),
            ("MG Special", "won", "Codehow", "2017-03-07"),
            ("GTX Basic", "lost", "Codehow", "2017-03-09"),
            ("GTX Basic", "discovery", "Donquadich", "None"),
            ("MG Special", "discovery", "", "None"),
            ("MG Special", "qualification", "", "None"),
            ("GTX Basic", "qualification", "Inity", "None"),
        ),
        told=("Accounts made from their names: 5.",),
        answers={
            "make": ("account",),
            "columns": {"product": "name"},
            "words": {("stage", "Engaging"): "discovery"},
        },
    ),
    Export(
        "kaggle_tickets.csv",
        "case",
        table(
            "customer status origin csat",
            ("Marisa Obrien", "waiting", "other", None),
            ("Jessica Rios", "waiting", "other", None),
            ("Christopher Robbins", "closed", "other", "3"),
            ("Christina Dillon", "closed", "other", "3"),
            ("Alexander Carroll", "open", "email", None),
        ),
        told=("Customers made from their names: 5.",),
        answers={"make": ("customer",)},
    ),
    Export(
        "jira.csv",
        "case",
        table(
            "status priority created_at description",
            (
                "open",
                "urgent",
                "2026-03-12 10:21:00+00:00",
                "It says\nno\nComment: 12/Mar/26 11:00 AM;5f1;We look\n\n"
                "Not read from the file:\nAssignee: Ada Agent",
            ),
            (
                "resolved",
                "normal",
                "2026-01-10 10:21:00+00:00",
                "Resolution: Done\n\nNot read from the file:\nAssignee: Ada Agent",
            ),
            ("waiting", "low", "2026-11-10 10:21:00+00:00", None),
            ("closed", "low", "2026-01-10 10:21:00+00:00", "Resolution: Won't Do"),
        ),
        answers={"make": ("customer",)},
    ),
    Export(
        "google_contacts.csv",
        "customer",
        table(
            "title email phone tags",
            ("Ada Byron King", "ada@lark.example", "491711234567", "mycontacts, work"),
        ),
        told=(
            "each a contact of its customer: 5.",
            "Accounts that rows name and that are not here: 2",
        ),
        lost=1,
    ),
    Export(
        "linkedin_connections.csv",
        "customer",
        table("first_name", ("Zoe",), ("Tim 🚀",)),
        told=("each a contact of its customer: 2.",),
        lost=1,
    ),
    Export(
        "datablist_leads.csv",
        "lead",
        table(
            "first_name notes",
            (
                "Jane",
                "Nice lead\nWebsite: https://www.kramer.example/\n"
                "Phone 2: 001-784-252-5423\nEmail 2: j.smith@example.net\n\n"
                "Not read from the file:\nPhone: +1-641-573-0218x12\nOwner: Riley Roach",
            ),
        ),
    ),
    Export(
        "suitecrm_leads.csv",
        "lead",
        table(
            "title status",
            ("Lee Wong", "converted"),
            ("Ann Lowe", "working"),
            ("Cy Dee", "unqualified"),
        ),
    ),
]
