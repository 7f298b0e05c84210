"""A hundred ways to say when, in English, German, French and Spanish, typed on a Wednesday."""

import subprocess
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from models.core.errors import Ambiguous
from models.core.parsing.datetimes import read_moment
from tests.tables import table

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
"""Wednesday 25 November 2026, 13:00 in Berlin."""

PHRASES = """
tomorrow = 11-26
day after tomorrow = 11-27
the day after tomorrow = 11-27
in two weeks = 12-09
in a fortnight = 12-09
in 3 business days = 11-30
in ten working days = 12-09
3d = 11-28
2w = 12-09
a week from friday = 12-04
the friday after next = 12-04
first monday of december = 12-07
first monday of the month = 12-07
last friday of the month = 11-27
last friday in march 2027 = 2027-03-26
last day of february = 2027-02-28
last business day of the month = 11-30
second tuesday of january = 2027-01-12
third thursday of november = 2027-11-18
last day of next quarter = 2027-03-31
erster Montag im Dezember = 12-07
am letzten Freitag des Monats = 11-27
premier lundi de décembre = 12-07
dernier vendredi du mois = 11-27
primer lunes de diciembre = 12-07
último viernes del mes = 11-27
same day next week = 12-02
later today = 11-25 18:00
friday week = 12-04
monday next week = 11-30
next week thursday = 12-03
this friday = 11-27
by friday = 11-27
the 15th = 12-15
the 31st = 12-31
15th of next month = 12-15
on the 3rd of january = 2027-01-03
4 Dec '26 = 12-04
Dec 4th, 2026 = 12-04
4.12.26 = 12-04
Fri, 4 December = 12-04
december = 12-01
january 2027 = 2027-01-01
mid december = 12-15
end of next month = 12-31
end of january = 2027-01-31
eow = 11-27
end of next week = 12-04
start of next quarter = 2027-01-01
next quarter = 2027-01-01
end of q1 = 2027-03-31
eoy = 12-31
week after next = 12-07
2026-W49 = 11-30
2026-12-24 = 12-24
12/24 = 12-24
eod = 11-25 18:00
tonight = 11-25 20:00
friday eod = 11-27 18:00
tomorrow morning = 11-26 09:00
1h = 11-25 14:00
in half an hour = 11-25 13:30
3pm = 11-25 15:00
friday at 10 = 11-27 10:00
tomorrow at noon = 11-26 12:00
morgen = 11-26
übermorgen = 11-27
uebermorgen = 11-27
heute Abend = 11-25 20:00
morgen früh = 11-26 09:00
14:30 Uhr = 11-25 14:30
morgen um 9 Uhr = 11-26 09:00
Freitag 15 Uhr = 11-27 15:00
nächsten Montag = 11-30
kommenden Dienstag = 12-01
Donnerstag nächste Woche = 12-03
nächste Woche = 11-30
in einer Woche = 12-02
in zwei Wochen = 12-09
heute in 14 Tagen = 12-09
Freitag in einer Woche = 12-04
bis Freitag = 11-27
Ende des Monats = 11-30
Monatsende = 11-30
Ende nächster Woche = 12-04
Mitte Dezember = 12-15
Anfang Januar = 2027-01-01
nächstes Quartal = 2027-01-01
am 15. = 12-15
4. Dezember = 12-04
Fr 4.12. = 12-04
KW 49 = 11-30
in drei Werktagen = 11-30
übernächste Woche = 12-07
demain = 11-26
après-demain = 11-27
ce soir = 11-25 20:00
demain à 14h30 = 11-26 14:30
lundi prochain = 11-30
la semaine prochaine = 11-30
jeudi de la semaine prochaine = 12-03
dans deux semaines = 12-09
dans 3 jours ouvrés = 11-30
d'ici vendredi = 11-27
le 15 = 12-15
vendredi 4 décembre = 12-04
1er décembre = 12-01
fin du mois = 11-30
mi-décembre = 12-15
mañana = 11-26
pasado mañana = 11-27
mañana por la mañana = 11-26 09:00
esta noche = 11-25 20:00
el viernes a las 10 = 11-27 10:00
el próximo lunes = 11-30
la semana que viene = 11-30
dentro de dos semanas = 12-09
en 3 días hábiles = 11-30
el 15 de diciembre = 12-15
viernes 4 de diciembre de 2026 = 12-04
a finales de mes = 11-30
para el viernes = 11-27
this coming friday = 11-27
first thing monday = 11-30 09:00
next business day = 11-26
within 3 days = 11-28
in half a year = 2027-05-25
9.30am = 11-26 09:30
Montagmorgen = 11-30 09:00
montag morgen = 11-30 09:00
Freitagnachmittag = 11-27 15:00
am 1. Dezember = 12-01
KW49 = 11-30
en fin de journée = 11-25 18:00
el día 15 = 12-15
antes del viernes = 11-26
half past nine = 11-26 09:30
tomorrow at a quarter to nine = 11-26 08:45
at half past three in the afternoon tomorrow = 11-26 15:30
ten past 8 pm = 11-25 20:10
tomorrow at nine thirty = 11-26 09:30
friday lunchtime = 11-27 12:00
morgen um halb zehn = 11-26 09:30
viertel vor neun = 11-26 08:45
morgen um fünf vor halb neun = 11-26 08:25
morgen um neun Uhr dreißig = 11-26 09:30
demain à neuf heures et demie = 11-26 09:30
demain à dix heures moins le quart = 11-26 09:45
demain à midi = 11-26 12:00
mañana a las nueve y media = 11-26 09:30
mañana a las diez menos cuarto = 11-26 09:45
mañana al mediodía = 11-26 12:00
early december = 12-01
late december = 12-31
early next week = 11-30
late next week = 12-04
early friday = 11-27 09:00
late on friday = 11-27 18:00
sometime next week = 11-30
irgendwann nächste Woche = 11-30
courant décembre = 12-01
début janvier = 2027-01-01
fin janvier = 2027-01-31
a principios de enero = 2027-01-01
a finales de enero = 2027-01-31
this week = 11-27
this month = 11-30
friday at the latest = 11-27
no later than friday = 11-27
christmas = 12-25
on christmas eve = 12-24
boxing day = 12-26
new year's eve = 12-31
in the new year = 2027-01-04
Weihnachten = 12-25
bis Silvester = 12-31
Noël = 12-25
Nochevieja = 12-31
easter = 2027-03-28
Karfreitag = 2027-03-26
lundi de Pâques = 2027-03-29
thanksgiving = 11-26
before christmas = 12-24
after christmas = 12-28
before friday = 11-26
before 5pm friday = 11-27 17:00
before the end of the month = 11-30
before next week = 11-27
after next week = 12-07
after the weekend = 11-30
vor Weihnachten = 12-24
nach Ostern = 2027-03-29
avant vendredi = 11-26
antes de Navidad = 12-24
"""
RIGHT = dict(line.split(" = ") for line in PHRASES.strip().splitlines())


def moment_of(answer: str) -> datetime:
    """`12-04` as nine o'clock in Berlin on 4 December 2026."""
    day, _, at = answer.partition(" ")
    year = "" if len(day) > 5 else "2026-"
    return datetime.fromisoformat(f"{year}{day}T{at or '09:00'}").replace(tzinfo=BERLIN)


@table(("typed", "answer"), RIGHT.items())
def test_a_phrase_is_read_as_it_is_meant(typed: str, answer: str) -> None:
    assert read_moment(typed, NOW, BERLIN) == moment_of(answer)


def test_there_are_a_hundred() -> None:
    assert len(RIGHT) >= 100


@table("word", ["today", "demain", "lundi", "fin du mois", "nächste Woche", "el 15 de diciembre"])
def test_capitals_and_accents_make_no_difference(word: str) -> None:
    once = read_moment(word, NOW, BERLIN)
    assert read_moment(word.upper(), NOW, BERLIN) == once


@table(
    "typed",
    [
        "next weekend",
        "fri 5 dec",
        "12/05",
        "4.12",
        "14h",
        "8h",
        "friday at 3",
        "q4",
        "november",
        "november 2026",
        "lundi 5 décembre",
        "in acht Tagen",
        "dans quinze jours",
        "mon in two weeks",
        "12/05 9:00",
        "half past three",
        "tomorrow at quarter past 3",
        "um halb vier",
        "before 12/05",
    ],
)
def test_what_can_mean_two_things_is_asked_about(typed: str) -> None:
    with pytest.raises(Ambiguous, match="could be"):
        read_moment(typed, NOW, BERLIN)


@table(
    "typed",
    [
        "soon",
        "asap",
        "mar",
        "5m",
        "in the morning",
        "30 feb",
        "31.4.",
        "late",
        "10 apples",
        "two",
        "a while",
        "week",
        "month",
        "monday tuesday",
        "25:00",
        "the 32nd",
        "w60",
    ],
)
def test_what_says_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^“.*” (?:is not|is a number).* Try .+\.$"):
        read_moment(typed, NOW, BERLIN)


@table(
    ("typed", "day"),
    [
        ("4 dicembre", "2026-12-04"),
        ("4 grudnia", "2026-12-04"),
        ("15 januari 2027", "2027-01-15"),
        ("4 dezembro 2026", "2026-12-04"),
        ("2026年12月4日", "2026-12-04"),
    ],
)
def test_a_day_and_a_month_are_read_in_other_languages_too(typed: str, day: str) -> None:
    assert read_moment(typed, NOW, BERLIN).astimezone(BERLIN).date() == date.fromisoformat(day)


def test_dateparser_is_loaded_only_for_a_day_that_is_not_read_here() -> None:
    code = (
        "import sys, handlers; from datetime import date; from models.core.parsing.dates import read_day\n"
        "read_day('übermorgen', date(2026, 11, 25)); first = 'dateparser' in sys.modules\n"
        "read_day('4 dicembre', date(2026, 11, 25)); print(first, 'dateparser' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]
