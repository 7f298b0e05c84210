"""Flags, addresses, links, tags, zones and countries as people write them, and the door to all
readers.
"""

import subprocess
import sys
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from models.core.parsing import values
from models.core.parsing.countries import NAMES, read_country, show_country
from models.core.parsing.values import (
    ORDINARY_EMAIL,
    read_email,
    read_flag,
    read_link,
    read_tags,
    read_zone,
)
from tests.tables import table


@table("typed", ["yes", "Y", "TRUE", "on", "1", "✓", "✔️", "✅", ":white_check_mark:"])
def test_a_yes_is_read(typed):
    assert read_flag(typed) is True


@table("typed", ["no", "N", "False", "off", "0", "✗", "❌"])
def test_a_no_is_read(typed):
    assert read_flag(typed) is False


def test_neither_yes_nor_no_is_refused():
    with pytest.raises(ValueError, match="“maybe” is neither yes nor no. Try yes or no."):
        read_flag("maybe")


@table(
    ("typed", "address"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("  ada.lovelace+crm@mail.example.co.uk ", "ada.lovelace+crm@mail.example.co.uk"),
        ("<mailto:a@b.co|a@b.co>", "a@b.co"),
        ("mailto:a@b.co", "a@b.co"),
        ("jörg@müller.de", "jörg@müller.de"),
        ("o'brien@example.ie", "o'brien@example.ie"),
    ],
)
def test_an_address_is_kept_in_lower_case(typed, address):
    assert read_email(typed) == address


@table("typed", ["", "ada", "a@b", "a..b@c.de", "@b.co", "a b@c.de", "a@b.local", "Ada <a@b.co>"])
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(
        ValueError, match=r"^“.*” is not an e-mail address\. Try ada@example\.org\.$"
    ):
        read_email(typed)


def test_an_address_longer_than_its_column_is_refused():
    with pytest.raises(ValueError, match="is longer than 255 characters"):
        read_email(f"{'a' * 60}@{'b.' * 120}example.org")


CLOSE_TO_ADDRESSES = st.from_regex(r"[a-z._+-]{1,9}@[a-z.-]{1,9}\.(com|de)", fullmatch=True)


@given(st.from_regex(ORDINARY_EMAIL, fullmatch=True) | CLOSE_TO_ADDRESSES)
def test_the_fast_way_and_the_full_validation_agree(address):
    try:
        expected = validate_email(address, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        expected = None
    try:
        assert read_email(address) == expected
    except ValueError:
        assert expected is None or len(address) > 255


@table(
    ("typed", "link"),
    [
        ("example.org", "https://example.org"),
        ("HTTP://Example.org/A?b=C#d", "http://example.org/A?b=C#d"),
        ("<https://a.org/?a=1&amp;b=2|a.org>", "https://a.org/?a=1&b=2"),
        ("example.org:8080/a", "https://example.org:8080/a"),
        ("münchen.de", "https://münchen.de"),
        ("192.0.2.1/x", "https://192.0.2.1/x"),
        ("https://a.org/<b>|c", "https://a.org/%3Cb%3E%7Cc"),
    ],
)
def test_a_link_is_made_complete_and_safe(typed, link):
    assert read_link(typed) == link


@table(
    "typed",
    [
        "",
        "hello",
        "localhost",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.org",
        "mailto:a@b.co",
        "//a.org/x y",
        "https://u:p@a.org",
        "http://[::1",
        "https://a.org:99999",
        "https://",
        "a.org\\@b.org",
        "https://a.org/" + "x" * 2000,
    ],
)
def test_what_is_no_link_is_refused(typed):
    with pytest.raises(ValueError, match=r"is not a web address\. Try https://example\.org\.$"):
        read_link(typed)


@given(st.text() | st.from_regex(r"(https?://)?[a-z@.:/|<>`\\]{0,20}", fullmatch=True))
def test_any_text_is_a_link_that_cannot_break_out_of_slacks_markup_or_is_refused(text):
    try:
        link = read_link(text)
    except ValueError as error:
        assert str(error).endswith("Try https://example.org.")  # noqa: PT017
    else:
        assert link.startswith(("http://", "https://"))
        assert not set(link) & set('<>|`"\\ \n')


@table(
    ("typed", "tags"),
    [
        ("a, b c #d", ("a", "b c", "d")),
        ("VIP, vip,#Vip", ("vip",)),
        ("c#, c++; go", ("c#", "c++", "go")),
        ("# a, ##b", ("a", "b")),
        ("z, a, m", ("z", "a", "m")),
        (" , ,", ()),
        ("", ()),
    ],
)
def test_tags_are_lower_case_each_once_and_in_order(typed, tags):
    assert read_tags(typed) == tags


def test_a_tag_is_at_most_fifty_characters():
    assert read_tags("x" * 50) == ("x" * 50,)
    with pytest.raises(ValueError, match="is longer than 50 characters. Try vip, newsletter."):
        read_tags("a, " + "x" * 51)


@given(st.text())
def test_tags_joined_by_commas_are_the_same_tags(text):
    try:
        tags = read_tags(text)
    except ValueError:
        return
    assert read_tags(", ".join(tags)) == tags


@table(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("utc", "UTC"),
    ],
)
def test_a_time_zone_is_read_by_name_or_city(typed, zone):
    assert read_zone(typed) == zone
    assert ZoneInfo(zone).key == zone


@table("typed", ["", "nowhere", "../etc/passwd", "+02:00"])
def test_an_unknown_time_zone_is_refused(typed):
    with pytest.raises(ValueError, match="is not a time zone. Try Europe/Berlin or New York."):
        read_zone(typed)


@table(
    ("typed", "code"),
    [
        ("Germany", "DE"),
        ("de", "DE"),
        ("UK", "GB"),
        ("usa", "US"),
        ("Türkiye", "TR"),
        ("Côte d’Ivoire", "CI"),
    ],
)
def test_a_country_is_read_by_code_or_name(typed, code):
    assert read_country(typed) == code


def test_an_unknown_country_is_refused():
    with pytest.raises(ValueError, match="“Atlantis” is not a country we know. Try Germany or DE."):
        read_country("Atlantis")


def test_every_country_is_read_by_the_name_it_is_shown_with():
    assert len(NAMES) == 249
    assert [read_country(show_country(code)) for code in NAMES] == list(NAMES)


def test_the_countries_are_those_the_phone_tables_know():
    assert set(phonenumbers.SUPPORTED_REGIONS) - set(NAMES) <= {
        "AC",
        "TA",
        "XK",
    }  # no ISO codes of their own


def test_everything_the_door_promises_is_behind_it():
    assert all(callable(getattr(values, name)) for name in values.__all__)


def test_opening_the_door_loads_no_heavy_library():
    script = "import sys, models.core.parsing.values; print({'phonenumbers', 'email_validator'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
