"""What is taken off the end of a name, and what belongs to it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models.core.errors import Ambiguous
from models.core.fields.trailing import take_amount, take_close, take_moment
from tests.tables import table


@dataclass(frozen=True)
class Wednesday:
    """Somebody in Berlin at one o'clock on Wednesday 25 November 2026."""

    now: datetime = datetime(2026, 11, 25, 12, tzinfo=UTC)
    zone: ZoneInfo = ZoneInfo("Europe/Berlin")


READER = Wednesday()


@table(
    ("words", "name", "amount"),
    [
        ("Acme renewal 12 000 EUR", "Acme renewal", "12 000 EUR"),
        ("Acme renewal 12 500 EUR", "Acme renewal", "12 500 EUR"),
        ("Acme 12k", "Acme", "12k"),
        ("Acme 12.5k EUR", "Acme", "12.5k EUR"),
        ("Acme ~12k", "Acme", "~12k"),
        ("Acme €1.2m", "Acme", "€1.2m"),
        ("Acme $5m", "Acme", "$5m"),
        ("Acme 1.2m EUR", "Acme", "1.2m EUR"),
        ("Acme 2 lakh", "Acme", "2 lakh"),
        ("Acme 3 Mio. €", "Acme", "3 Mio. €"),
        ("Acme Rs. 5,00,000", "Acme", "Rs. 5,00,000"),
        ("Acme Fr. 500", "Acme", "Fr. 500"),
        ("Acme CHF 12'000.-", "Acme", "CHF 12'000.-"),
        ("Acme EUR 500", "Acme", "EUR 500"),
        ("Acme 5000 kr", "Acme", "5000 kr"),
        ("Acme - 500 EUR", "Acme", "500 EUR"),
        ("Acme 12,500.00", "Acme", "12,500.00"),
        ("Acme 12.500,00", "Acme", "12.500,00"),
        ("Acme 12 500,00", "Acme", "12 500,00"),
        ("Acme 15000.00", "Acme", "15000.00"),
        ("Acme, 12k", "Acme", "12k"),
        ("Acme (12k)", "Acme", "12k"),
        ("Acme for 12k", "Acme", "12k"),
        ("Acme worth about 12k", "Acme", "about 12k"),
        ("Acme 15 Tausend Euro", "Acme", "15 Tausend Euro"),
        ("Q4 2026 500 EUR", "Q4 2026", "500 EUR"),
        ("Deal 2026 12k", "Deal 2026", "12k"),
        ("Credit note -500 EUR", "Credit note", "-500 EUR"),
        ("Credit note −€500", "Credit note", "−€500"),
        ("Credit note EUR -500", "Credit note", "EUR -500"),
    ],
)
def test_an_amount_at_the_end_is_no_part_of_the_name(words: str, name: str, amount: str) -> None:
    assert take_amount(words) == (name, amount)


@table(
    "name",
    [
        "Coffee machines 12 cup",
        "Upgrade phase 2 all",
        "HDMI cable 5m",
        "Hose 5 m",
        "Pipe 12 mm",
        "Acme 1.2m",
        "Flour 50 pounds",
        "Cable 50 ft",
        "Model 3",
        "Big TOP 100",
        "Room 12 XYZ",
        "Acme 12 000",
        "Try 2 try",
        "12k",
        "Router 2-500 EUR plan",
        "Screens 4 pen",
        "Box 3b",
    ],
)
def test_a_number_that_is_no_amount_stays_in_the_name(name: str) -> None:
    assert take_amount(name) == (name, "")


def test_digits_that_may_belong_to_the_name_are_asked_about() -> None:
    with pytest.raises(
        Ambiguous, match="“2 500 EUR” could be 2500 EUR, or 2 belongs to the name"
    ) as raised:
        take_amount("Phase 2 500 EUR")
    names = [
        take_amount("Phase 2 500 EUR".replace(raised.value.text, ref))
        for ref, _ in raised.value.candidates
    ]
    assert names == [("Phase", "2500 EUR"), ("Phase 2", "EUR 500")]


@table(
    ("words", "text", "due"),
    [
        ("Call Ada by friday", "Call Ada", "by friday"),
        ("Send offer by 5pm", "Send offer", "by 5pm"),
        ("Send offer by 17:30", "Send offer", "by 17:30"),
        ("Call Ada in two weeks", "Call Ada", "in two weeks"),
        ("Call Ada the 15th", "Call Ada", "the 15th"),
        ("Call 4 Dec '26", "Call", "4 Dec '26"),
        ("Call 4.12.", "Call", "4.12."),
        ("Call december", "Call", "december"),
        ("Call in april", "Call", "in april"),
        ("Call end of next month", "Call", "end of next month"),
        ("Call monday next week", "Call", "monday next week"),
        ("Call 2026-W49", "Call", "2026-W49"),
        ("Call eod", "Call", "eod"),
        ("Call 1h", "Call", "1h"),
        ("Call 3d", "Call", "3d"),
        ("Call Ada tomorrow!", "Call Ada", "tomorrow"),
        ("Call Ada friday at 10", "Call Ada", "friday at 10"),
        ("Call Ada by the 15th at 9:00", "Call Ada", "by the 15th at 9:00"),
        (
            "Send it to Ada on monday, 30 november at 9:00",
            "Send it to Ada",
            "on monday, 30 november at 9:00",
        ),
        ("Call today", "Call", "today"),
        ("Call 25 nov", "Call", "25 nov"),
        ("Talk in half an hour", "Talk", "in half an hour"),
        ("Call morgen", "Call", "morgen"),
        ("Ada anrufen übermorgen", "Ada anrufen", "übermorgen"),
        ("Ada anrufen bis Freitag", "Ada anrufen", "bis Freitag"),
        ("Call 14:30 Uhr", "Call", "14:30 Uhr"),
        ("Rappeler Ada vendredi à 9h", "Rappeler Ada", "vendredi à 9h"),
        ("Llamar a Ada el viernes", "Llamar a Ada", "el viernes"),
        ("Llamar mañana", "Llamar", "mañana"),
        ("Pay 500 EUR by 1 jan", "Pay 500 EUR", "by 1 jan"),
        ("Call Ada 30 feb", "Call Ada", "30 feb"),
        ("Call Ada at half past nine tomorrow", "Call Ada", "at half past nine tomorrow"),
        ("Ada anrufen morgen um halb zehn", "Ada anrufen", "morgen um halb zehn"),
        ("Rappeler Ada vendredi avant midi", "Rappeler Ada", "vendredi avant midi"),
        ("Llamar a Ada mañana a las diez", "Llamar a Ada", "mañana a las diez"),
        ("Call tonight at 8", "Call", "tonight at 8"),
        ("Call early january", "Call", "early january"),
        ("Call sometime next week", "Call", "sometime next week"),
        ("Call before christmas", "Call", "before christmas"),
        ("Call Ada tomorrow about the offer", "Call Ada about the offer", "tomorrow"),
        ("Send the report on friday to Ada", "Send the report to Ada", "on friday"),
        ("Ada morgen um halb elf anrufen", "Ada anrufen", "morgen um halb elf"),
        ("Angebot bis Freitag an Ada schicken", "Angebot an Ada schicken", "bis Freitag"),
    ],
)
def test_when_something_is_due_is_no_part_of_what_it_is(words: str, text: str, due: str) -> None:
    assert take_moment(words, READER) == (text, due)


@table(
    "words",
    [
        "Pay invoice from 2026-02-01",
        "Pay invoice 2026-02-01",
        "Invoice of 1 december",
        "Call yesterday",
        "Discuss results of last friday",
        "Reply to the mail of yesterday",
        "Call today 9:00",
        "Call every friday",
        "Ask about friday",
        "Move the call to friday",
        "Call mon or tue",
        "Call Mr Friday",
        "Call Herr Freitag",
        "Call April",
        "Call June",
        "Call Jan",
        "Call Sam",
        "Call Domingo",
        "Call Morgen",
        "Renew may",
        "What to do",
        "Say so",
        "Print 3D",
        "Prepare training 2 weeks",
        "Rent a car 3 days",
        "Meeting 2 hours",
        "Talk half an hour",
        "Open 24/7",
        "Version 4.12",
        "Upgrade to 2.5.",
        "Call 12-05",
        "Order 12 set",
        "Check 10 out",
        "Plan Q1",
        "Enjoy weekend",
        "Read chapter 12",
        "Model 3",
        "Call in 5",
        "Fix the 2",
        "Fix 15th",
        "by friday",
        "Friday",
        "Review 2026",
        "Call at 9ish tomorrow",
        "Call by five tomorrow",
        "Call the day after christmas",
        "Call the week before easter",
        "Wish Ada merry christmas",
        "Ask about half past nine",
        "Meeting nine to five",
        "Talk to Ada about march",
        "Call the 3 customers of monday about the price",
    ],
)
def test_what_is_past_or_spoken_of_or_a_name_is_no_due_date(words: str) -> None:
    assert take_moment(words, READER) == (words, "")


@table(
    ("words", "text"),
    [
        ("Call 12/05", "12/05"),
        ("Order 1/2", "1/2"),
        ("Call 12/05 9:00", "12/05 9:00"),
        ("Call fri 5 dec", "fri 5 dec"),
        ("Call Ada at 3", "at 3"),
        ("Call 8h", "8h"),
        ("Call 24 nov", "24 nov"),
        ("Call on 12/05/2027", "on 12/05/2027"),
    ],
)
def test_what_can_be_two_days_is_asked_about_and_each_answer_is_read(words: str, text: str) -> None:
    with pytest.raises(Ambiguous) as raised:
        take_moment(words, READER)
    assert raised.value.text == text
    *days, (kept, _) = raised.value.candidates
    assert len({take_moment(words.replace(text, f"due {ref}"), READER) for ref, _ in days}) == 2
    assert take_moment(words.replace(text, kept), READER) == (words.replace(text, kept), "")


@table("words", ["Invoice of 12/05", "Pay invoice from 12/05", "Move it to 12/05"])
def test_nobody_is_asked_about_a_day_that_is_only_spoken_of(words: str) -> None:
    assert take_moment(words, READER) == (words, "")


@table("words", ["12 000 EUR", "€12 000", "12k"])
def test_words_that_are_nothing_but_an_amount_are_not_cut_in_two(words: str) -> None:
    assert take_amount(words) == (words, "")


@table(
    ("words", "taken"),
    [
        ("Acme closing 30 june", ("Acme", "30 june")),
        ("Acme 12k closing by friday", ("Acme 12k", "by friday")),
        ("Acme by end of march", ("Acme", "by end of march")),
        ("Acme 12k next month", ("Acme 12k", "next month")),
        ("Acme next month", ("Acme next month", "")),
        ("Campaign december", ("Campaign december", "")),
        ("Campaign 12/05", ("Campaign 12/05", "")),
        ("Acme by 5pm", ("Acme by 5pm", "")),
    ],
)
def test_the_day_on_which_a_deal_closes_is_led_to_or_follows_its_amount(
    words: str, taken: tuple[str, str]
) -> None:
    assert take_close(words, READER) == taken
