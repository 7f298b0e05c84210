"""Plain texts become the values of every kind of element, as Slack's client would send them."""

from typing import Any

import pytest

from bot.sandbox.entities import Json
from bot.sandbox.form_filler import choices, entry
from tests.bot.sandbox.kit import option, plain, workspace
from tests.tables import table

GROUPS = [
    {"label": plain("Warm"), "options": [option("Red")]},
    {"label": plain("Cold"), "options": [option("Blue")]},
]
BOX = {"type": "checkboxes", "options": [option("Private", "yes")]}
BOXES = {"type": "checkboxes", "options": [option("Yes", "y"), option("No", "n")]}


def nothing(element: Json, text: str) -> Json:
    return {"options": []}


def filled(element: Json, text: str) -> Any:
    """The bare value after filling the element."""
    found = entry(workspace(), {"action_id": "x", **element}, text, nothing)
    assert found.pop("type") == element["type"]
    (value,) = found.values()
    return value


@table(
    ("element", "text", "value"),
    [
        ({"type": "plain_text_input"}, "hi", "hi"),
        ({"type": "plain_text_input"}, "", None),
        ({"type": "email_text_input"}, "a@b.co", "a@b.co"),
        ({"type": "number_input"}, "12.5", "12.5"),
        ({"type": "datepicker"}, "2026-12-01", "2026-12-01"),
        ({"type": "timepicker"}, "09:30", "09:30"),
        ({"type": "datetimepicker"}, "1796115600", 1796115600),
        ({"type": "datetimepicker"}, "2026-12-01T10:00:00+01:00", 1796115600),
        ({"type": "static_select", "options": [option("Red")]}, "RED", option("Red")),
        ({"type": "static_select", "option_groups": GROUPS}, "Blue", option("Blue")),
        ({"type": "radio_buttons", "options": [option("Red", "1")]}, "1", option("Red", "1")),
        ({"type": "users_select"}, "@sam", "U_SAM"),
        ({"type": "channels_select"}, "#support", "C_SUPPORT"),
        ({"type": "conversations_select"}, "U_RITA", "D_RITA"),
        (
            {"type": "multi_static_select", "option_groups": GROUPS},
            "red, blue",
            [option("Red"), option("Blue")],
        ),
        ({"type": "multi_channels_select"}, "sales,support", ["C_SALES", "C_SUPPORT"]),
        ({"type": "multi_users_select"}, " , ", []),
        (BOX, "yes", [option("Private", "yes")]),
        (BOX, "Private", [option("Private", "yes")]),
        (BOX, "no", []),
        (BOX, "", []),
        (BOXES, "no", [option("No", "n")]),
    ],
)
def test_a_text_becomes_the_value_of_the_element(element: Json, text: str, value: Any) -> None:
    assert filled(element, text) == value


def test_a_rich_text_is_wrapped_as_the_composer_does() -> None:
    value = filled({"type": "rich_text_input"}, "hello")
    assert value["elements"][0]["elements"] == [{"type": "text", "text": "hello"}]


def test_an_external_select_takes_the_first_option_offered() -> None:
    asked: list[str] = []

    def offer(element: Json, text: str) -> Json:
        asked.append(text)
        return {"option_groups": GROUPS}

    element = {"type": "multi_external_select", "action_id": "x", "min_query_length": 1}
    assert entry(workspace(), element, "r, b", offer)["selected_options"] == [option("Red")] * 2
    assert asked == ["r", "b"]


@table(
    ("element", "text", "says"),
    [
        ({"type": "button"}, "x", "a button cannot be filled"),
        ({"type": "file_input"}, "x", "a file_input cannot be filled"),
        (
            {"type": "static_select", "options": [option("Red")]},
            "Green",
            "'Green' is not among the options: Red",
        ),
        ({"type": "external_select"}, "ab", "from 3 characters on"),
        ({"type": "external_select", "min_query_length": 0}, "ab", "offers nothing for 'ab'"),
        ({"type": "users_select"}, "zoe", "nobody called 'zoe'"),
        ({"type": "multi_channels_select"}, "sales, nowhere", "no channel 'nowhere'"),
        ({"type": "timepicker"}, "9:30", "gives %H:%M"),
    ],
)
def test_what_nobody_could_choose_fails(element: Json, text: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        filled(element, text)


def test_the_choices_of_groups_are_one_list() -> None:
    assert [
        one["value"] for one in choices({"options": [option("Green")], "option_groups": GROUPS})
    ] == ["green", "red", "blue"]
    assert choices({}) == []
