"""The company of the sandbox: its people, and the lines they typed in its last weeks."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update

from bot.sandbox import history
from bot.sandbox.entities import Channel, Member
from bot.sandbox.slack import BOT_USER
from handlers.core.dispatcher import Dispatcher
from handlers.core.interaction import Interaction
from models.core.identity.rights import Preset
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import Clock, UnitOfWorkFactory

TEAM = ("T1", "Harbour & Pine")

RITA, RAVI, ROSA, MONA = "U_RITA", "U_RAVI", "U_ROSA", "U_MONA"
SAM, SOFIA, ELI, ADA = "U_SAM", "U_SOFIA", "U_ELI", "U_ADA"

STAFF = (
    (Member(RITA, "rita", "Rita Reyes", "Sales rep", "Europe/Berlin"), Preset.SENIOR, "sales"),
    (Member(RAVI, "ravi", "Ravi Rao", "Sales rep", "Asia/Kolkata"), Preset.SENIOR, "sales"),
    (
        Member(ROSA, "rosa", "Rosa Lindqvist", "Sales rep", "Europe/Stockholm"),
        Preset.SENIOR,
        "sales",
    ),
    (Member(MONA, "mona", "Mona Meyer", "Sales manager", "Europe/Berlin"), Preset.MANAGER, "sales"),
    (Member(SAM, "sam", "Sam Silva", "Support rep", "Europe/Lisbon"), Preset.SUPPORT, "support"),
    (
        Member(SOFIA, "sofia", "Sofia Sato", "Support lead", "Europe/Berlin"),
        Preset.SUPPORT_LEAD,
        "support",
    ),
    (Member(ELI, "eli", "Eli Evans", "Chief executive", "Europe/London"), Preset.EXECUTIVE, None),
    (Member(ADA, "ada", "Ada Abel", "Operations", "Europe/Berlin"), Preset.ADMIN, None),
)
"""The people who work there, with their role and their team."""
LOCALES = {
    "Asia/Kolkata": "en-IN",
    "Europe/Berlin": "de-DE",
    "Europe/Lisbon": "pt-PT",
    "Europe/London": "en-GB",
    "Europe/Stockholm": "sv-SE",
}
"""Where people are at home, by their zone."""
PEOPLE = tuple(
    replace(member, email=f"{member.name}@harbourpine.example", locale=LOCALES[member.tz])
    for member, _, _ in STAFF
)

CHANNELS = (
    Channel("C_GENERAL", "general", "Everything and everyone"),
    Channel(
        "C_SALES", "sales", "Leads and deals stand here", [RITA, RAVI, ROSA, MONA, ADA, BOT_USER]
    ),
    Channel("C_SUPPORT", "support", "Cases stand here"),
)

STORY: tuple[tuple[int, str, str], ...] = (
    (191, ADA, f"team edit sales lead=<@{MONA}>"),
    (191, ADA, f"team edit support lead=<@{SOFIA}>"),
    (
        190,
        MONA,
        "account new Northwind Traders industry=Wholesale domain=northwind.example country=GB employees=240",
    ),
    (
        190,
        MONA,
        "account new Blue Fjord Shipping industry=Logistics domain=bluefjord.example country=NO employees=1200",
    ),
    (
        189,
        RITA,
        "account new Café Lumière industry=Hospitality domain=lumiere.example country=FR employees=35",
    ),
    (
        189,
        RAVI,
        "account new Sundaram Textiles industry=Manufacturing domain=sundaram.example country=IN employees=900",
    ),
    (
        188,
        ROSA,
        "account new Kvarnby Energi industry=Energy domain=kvarnby.example country=SE employees=410",
    ),
    (
        188,
        RITA,
        "account new Oakline Furniture industry=Retail domain=oakline.example country=DE employees=150",
    ),
    (
        180,
        RITA,
        'customer new Grace Okafor grace@northwind.example phone=+442079460111 job="Head of purchasing"',
    ),
    (
        180,
        RITA,
        'customer new Henrik Dahl henrik@bluefjord.example phone=+4721000001 job="Fleet director"',
    ),
    (
        179,
        RITA,
        "customer new Amélie Laurent amelie@lumiere.example phone=+33123456789 job=Owner city=Lyon",
    ),
    (
        179,
        RAVI,
        'customer new Meera Sundaram meera@sundaram.example phone=+914422001122 job="Managing director"',
    ),
    (
        178,
        ROSA,
        'customer new Åsa Nyström asa@kvarnby.example phone=+46812345678 job="Operations lead"',
    ),
    (
        178,
        RITA,
        'customer new Jonas Eichel jonas@oakline.example phone=+493012345678 job="Store planner"',
    ),
    (177, ROSA, "customer new Tomas Berg tomas@kvarnby.example job=Buyer"),
    (177, RAVI, 'customer new Anand Pillai anand@sundaram.example job="IT manager"'),
    (177, RITA, 'membership new CU-1 AC-1 role="Head of purchasing" primary=yes'),
    (177, RITA, 'membership new CU-2 AC-2 role="Fleet director" primary=yes'),
    (177, RITA, "membership new CU-3 AC-3 role=Owner primary=yes"),
    (177, RAVI, 'membership new CU-4 AC-4 role="Managing director" primary=yes'),
    (177, ROSA, 'membership new CU-5 AC-5 role="Operations lead" primary=yes'),
    (177, RITA, 'membership new CU-6 AC-6 role="Store planner" primary=yes'),
    (177, ROSA, "membership new CU-7 AC-5 role=Buyer primary=yes"),
    (177, RAVI, 'membership new CU-8 AC-4 role="IT manager" primary=yes'),
    (176, RITA, "contact new CU-1 mobile +447700900123"),
    (176, RAVI, "contact new CU-4 linkedin linkedin.example/in/meera"),
    (182, MONA, 'product new "Pier chair" sku=HC-1 category=Seating price=€140 unit=piece'),
    (182, MONA, 'product new "Pine table" sku=PT-4 category=Tables price=€420 unit=piece'),
    (182, MONA, 'product new "Tracking sensor" sku=TS-1 category=Devices price=€85 unit=piece'),
    (182, MONA, 'product new "Service day" sku=SD-1 category=Services price=€960 unit=day'),
    (50, RITA, 'deal new "Northwind starter order" CU-1 AC-1 amount=€8,400 close=now-30d'),
    (
        48,
        RAVI,
        'deal new "Sundaram loom sensors" CU-4 AC-4 amount=€52k close=now+12d next="Send the test report"',
    ),
    (46, ROSA, 'deal new "Kvarnby turbine service" CU-5 AC-5 amount=€120k close=now+25d'),
    (
        45,
        RITA,
        'deal new "Blue Fjord fleet tracking" CU-2 AC-2 amount=€210k close=now+40d next="Meet their finance team"',
    ),
    (40, RITA, 'deal new "Lumière terrace set" CU-3 AC-3 amount=€6,300 close=now+6d'),
    (38, RAVI, 'deal new "Sundaram spare parts" CU-8 AC-4 amount=€14k close=now-5d'),
    (35, ROSA, 'deal new "Kvarnby grid study" CU-7 AC-5 amount=€33k close=now+18d'),
    (30, RITA, 'deal new "Oakline showroom" CU-6 AC-6 amount=€27,500 close=now+9d'),
    (26, RITA, "deal won OP-1"),
    (26, RITA, "deal sell OP-1 40 × Pier chair @ 130; 6 × Pine table; 1 × Delivery @ 680"),
    (25, RITA, "deal stage OP-4 discovery"),
    (22, RAVI, "deal stage OP-2 proposal"),
    (21, ROSA, "deal stage OP-3 negotiation"),
    (
        20,
        ROSA,
        'lead new Ingrid Solberg ingrid@fjellhotell.example company="Fjell Hotell" source="Trade fair"',
    ),
    (
        18,
        RITA,
        'lead new Paul Achterberg paul@achterberg.example company="Achterberg Bikes" source=Website',
    ),
    (
        16,
        RAVI,
        'lead new Priya Nair priya@coastalfoods.example company="Coastal Foods" source=Referral',
    ),
    (15, RITA, "deal stage OP-5 proposal"),
    (
        12,
        RAVI,
        'lead new Omar Haddad company="Haddad Imports" source="Cold call" phone=+4915112345678',
    ),
    (10, RITA, "lead qualify LD-2"),
    (9, ROSA, 'lead convert LD-1 deal="Fjell Hotell lobby" amount=€18k'),
    (8, RITA, "deal stage OP-8 proposal"),
    (7, ROSA, 'log meeting OP-3 "Walked through the service plan on site" minutes=90'),
    (6, RITA, 'lead new Lena Vogt lena@vogt-optik.example company="Vogt Optik" source=Webinar'),
    (5, RITA, "deal stage OP-4 proposal"),
    (4, RAVI, "lead disqualify LD-4"),
    (12, ROSA, 'sale new account=AC-5 lines="2 × Service day; 1 × Travel @ 240 +19%"'),
    (3, RAVI, "deal won OP-6"),
    (3, RAVI, "deal sell OP-6 120 × Tracking sensor; 4 × Service day @ 950"),
    (3, ROSA, 'deal lost OP-7 "Budget moved to next year" competitor=Gridwise'),
    (3, RITA, 'log call OP-4 "Henrik wants a pilot with three vessels first" minutes=25'),
    (9, SAM, 'case new "Tracker shows the wrong harbour" CU-2 AC-2 priority=high origin=email'),
    (8, SOFIA, 'case new "Invoice has the old address" CU-1 AC-1 priority=low origin=email'),
    (8, SAM, "case claim CS-1"),
    (7, SAM, "case reply CS-1 We found the cause and are rolling out a fix to your vessels."),
    (6, SOFIA, "case claim CS-2"),
    (5, SOFIA, "case resolve CS-2 The invoice is corrected; a new copy is on its way."),
    (2, SOFIA, 'case new "Two chairs arrived damaged" CU-3 AC-3 priority=normal origin=phone'),
    (
        1,
        SAM,
        'case new "Sensors drop off the network every night" CU-8 AC-4 priority=urgent origin=email',
    ),
    (
        1,
        SOFIA,
        'case new "How do we add a second administrator?" CU-5 AC-5 priority=low origin=slack',
    ),
    (6, RITA, 'task new "Send the fleet pilot offer" OP-4 due="now-1d 16:00"'),
    (4, RITA, 'task new "Call Amélie about delivery dates" OP-5 due="now+0d 11:00"'),
    (4, RITA, 'task new "Prepare the Oakline visit" OP-8 due="now+0d 15:30"'),
    (3, RAVI, 'task new "Chase the sensor test report" OP-2 due="now+0d 12:00"'),
    (3, ROSA, 'task new "Book the Kvarnby site visit" OP-3 due="now+0d 14:00"'),
    (2, SOFIA, 'task new "Arrange a courier for the chairs" CS-3 due="now+0d 13:00"'),
    (2, RITA, 'task new "Ask Grace about a second order" CU-1 due="now+3d 10:00"'),
    (1, RITA, 'task new "Call Lena Vogt after the webinar" LD-5 due="now+1d 9:30"'),
)
"""(days ago, who, what they typed).

`now+3d` is counted from the day the sandbox starts, not from that day.
"""

KEPT = ("OP-2", "OP-4", "OP-8", "LD-2", "LD-5", "CS-1", "CS-4")
"""Records whose cards are shown in the channels when the sandbox opens."""


def settle(works: UnitOfWorkFactory) -> None:
    """Store the people with their roles and teams; the workspace must exist."""
    for member, (_, role, team) in zip(PEOPLE, STAFF, strict=True):
        profile = {
            "name": member.real_name,
            "email": member.email,
            "zone": member.tz,
            "role": role,
            "team": team,
        }
        works.welcome(TEAM[0], member.id, **profile)
    works.settle(TEAM[0])  # with a team of each name


def before() -> list[history.Line]:
    """Return what happened before the last weeks, which is numbered after them."""

    def made(*words: str) -> int:
        return sum(line.startswith(words) for _, _, line in STORY)

    return history.told(
        made("deal new ", "lead convert "), made("case new "), made("task new ", "log ")
    )


def tell(works: UnitOfWorkFactory, dispatcher: Dispatcher, clock: Clock) -> None:
    """Run the story and what was before it, each line at its time, in the order of the days.

    Then forget the old messages.
    """
    began = clock.ahead
    today = clock().astimezone(ZoneInfo("Europe/Berlin"))
    gone = timedelta(hours=today.hour, minutes=today.minute)
    lines = [(timedelta(days=days), person, dated(line, days)) for days, person, line in earliest()]
    lines += [(timedelta(days=days) + gone, person, line) for days, person, line in before()]
    for ago, person, line in lines:
        clock.ahead = began - ago
        dispatcher.do(Interaction(surface="say", workspace=TEAM[0], person=person, line=line))
    clock.ahead = began
    keep_cards(works)


def earliest() -> list[tuple[int, str, str]]:
    """Return the story in the order of its days."""
    return sorted(STORY, key=lambda each: -each[0])


def dated(line: str, days: int) -> str:
    """Return a line in which `now+3d` means three days after the sandbox starts.

    On the day it was typed that was further off.
    """
    return re.sub(r"now([+-]\d+)d", lambda shift: f"{days + int(shift[1]):+}d", line)


def keep_cards(works: UnitOfWorkFactory) -> None:
    """Keep only a few cards, of all the messages of the past weeks, since only these are news.

    They are asked for now: a company that was just made has nothing that waits for weeks.
    """
    with works(TEAM[0]) as work:
        keys = [
            f"card:{ref}:{channel}"
            for ref in KEPT
            for channel in (work.workspace.sales_channel, work.workspace.support_channel)
        ]
        work.session.execute(delete(Delivery).where(Delivery.key.not_in(keys)))
        work.session.execute(update(Delivery).values(created_at=work.now, not_before=work.now))
