"""Countries, by whatever they are called."""

import pytest

from models.core.parsing.countries import NAMES, TABLE, read_country, show_country
from tests.tables import table

CALLED = """
DE Deutschland; DE GERMANY; DE Allemagne; DE Alemania; DE Federal Republic of Germany; DE DEU; DE 276; DE Niemcy;
GB U.K.; GB UK; GB Great Britain; GB England; GB Scotland; GB Großbritannien; GB United Kingdom of Great Britain and
Northern Ireland; GB Royaume-Uni; US USA; US U.S.A.; US United States of America; US The United States; US America;
US États-Unis; US Vereinigte Staaten; KR Republic of Korea; KR Korea, Republic of; KR South Korea; KR Südkorea;
KP Korea, Democratic People's Republic of; KP DPRK; VN Viet Nam; VN Vietnam; TR Türkiye; TR Turkiye; TR Turkey;
TR Tuerkei; CZ Czechia; CZ Czech Republic; CZ Tschechien; CZ Česko; CI Côte d’Ivoire; CI Cote d'Ivoire; CI Ivory Coast;
NL Holland; NL The Netherlands; NL Niederlande; NL Pays-Bas; AT Österreich; AT Oesterreich; AT Autriche;
CH Schweiz; CH Suisse; CH Swiss Confederation; FR Frankreich; FR Francia; ES España; IT Italia; IR Iran (Islamic
Republic of); BO Bolivia, Plurinational State of; VE Venezuela (Bolivarian Republic of); RU Russian Federation;
RU Россия; SY Syrian Arab Republic; TZ Tanzania, United Republic of; LA Lao People's Democratic Republic;
BN Brunei Darussalam; MD Moldova, Republic of; CD Congo, Democratic Republic of the; CD DR Congo; CG Congo;
CV Cabo Verde; SZ Swaziland; MM Burma; MK Macedonia; HK Hong Kong SAR; MO Macao; TW Taiwan; CN People's Republic of
China; CN 中国; JP 日本; JP Japon; GR Ελλάδα; GR Hellas; AE UAE; AE United Arab Emirates; VA Holy See; VA Vatican;
PS State of Palestine; FM Federated States of Micronesia; LC St. Lucia; KN St. Kitts & Nevis; BA Bosnia & Herzegovina;
TT Trinidad & Tobago; VI Virgin Islands (U.S.); VG Virgin Islands (British); TL East Timor; SK Slovak Republic;
IE Éire; SE Sverige; FI Suomi; HU Magyarország; PL Polska; UA Україна; BR Brasil; MX México; GE Georgia; NE Niger;
NG Nigeria; DM Dominica; DO Dominican Republic; GN Guinea; GW Guinea-Bissau; GQ Equatorial Guinea
"""
CASES = [tuple(entry.split(" ", 1)) for entry in " ".join(CALLED.split()).split("; ")]


@table(("code", "name"), CASES)
def test_a_country_is_known_by_what_people_call_it(code: str, name: str) -> None:
    assert read_country(name) == code


def test_there_are_more_than_sixty_five() -> None:
    assert len(CASES) > 65


def test_every_country_is_known_by_its_codes_and_its_name() -> None:
    lines = [
        line.split("\t")
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert [line[0] for line in lines] == sorted(NAMES)
    for code, *keys in lines:
        assert read_country(code) == read_country(show_country(code)) == code
        assert (
            len([key for key in keys if len(key) == 3 and key.isascii() and key.isalpha()]) >= 1
        ), code
        assert [key for key in keys if len(key) == 3 and key.isdecimal()], code


@table("text", ["Mars", "Europe", "XX", "California", "", "12", "Yes", "Republic", "x" * 999, "\t"])
def test_what_is_no_country_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a country we know\. Try Germany or DE\."):
        read_country(text)
