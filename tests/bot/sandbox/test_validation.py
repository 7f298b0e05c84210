"""The linter accepts what Slack draws and names what Slack refuses."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.entities import Json
from bot.sandbox.validation import blocks_too_long, options_problems, problems, view_too_large
from tests.bot.sandbox.kit import NOTE, actions, button, field, form, option, plain, section
from tests.tables import table

RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Hello "},
                {"type": "user", "user_id": "U1"},
                {"type": "link", "url": "mailto:a@b.example"},
                {"type": "emoji", "name": "wave"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}
            ],
        },
    ],
}
PIE = {
    "type": "data_visualization",
    "title": "Deals",
    "chart": {
        "type": "pie",
        "segments": [{"label": "Won", "value": 3}, {"label": "Lost", "value": 1.5}],
    },
}
BARS = {
    "type": "data_visualization",
    "title": "Deals",
    "chart": {
        "type": "bar",
        "axis_config": {"categories": ["Q1", "Q2"], "x_label": "Quarter", "y_label": "Deals"},
        "series": [
            {"name": "Won", "data": [{"label": "Q1", "value": 3}, {"label": "Q2", "value": -1}]}
        ],
    },
}
CELL = {"type": "raw_text", "text": "Ada"}
TABLE = {
    "type": "table",
    "rows": [[CELL, CELL], [RICH, {"type": "raw_number", "value": 3, "text": "3"}]],
}
DATA_TABLE = {"type": "data_table", "caption": "People", "rows": [[CELL], [CELL]], "page_size": 10}
CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("It is gone."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}
IMAGE = {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "A"}
GROUPS = {
    "type": "static_select",
    "action_id": "s",
    "option_groups": [{"label": plain("G"), "options": [option("A")]}],
}
FOLDED = {
    "type": "container",
    "title": plain("Two records"),
    "subtitle": plain("Look first"),
    "is_collapsible": True,
    "default_collapsed": True,
    "child_blocks": [section("A"), {"type": "divider"}, actions(button("Go", "go"))],
}
SLIDES = {"type": "carousel", "elements": [{"type": "card", "body": plain("A")}]}
GOOD: list[Json] = [
    section("*Hello*"),
    {"type": "section", "fields": [plain("a"), plain("b")]},
    {"type": "divider"},
    {"type": "header", "text": plain("Deals")},
    {"type": "context", "elements": [plain("a"), IMAGE]},
    IMAGE,
    RICH,
    PIE,
    BARS,
    TABLE,
    DATA_TABLE,
    {"type": "markdown", "text": "**a**"},
    actions(button("Go", "go", confirm=CONFIRM)),
    actions(GROUPS),
    section("x", accessory={"type": "overflow", "action_id": "o", "options": [option("A")]}),
    {"type": "card", "title": plain("A"), "actions": [button("Go", "card")]},
    SLIDES,
    FOLDED,
    {
        "type": "context_actions",
        "elements": [
            {"type": "icon_button", "icon": "trash", "action_id": "i", "text": plain("Drop")}
        ],
    },
    field("when", {"type": "datetimepicker", "initial_date_time": 1764579600}),
    field("time", {"type": "timepicker", "initial_time": "09:30"}),
    field("who", {"type": "users_select", "initial_user": "U_RITA"}),
]


def message(*blocks: Any) -> list[str]:
    return problems("message", {"text": "t", "blocks": list(blocks)})


@table("block", GOOD)
def test_what_slack_draws_is_accepted(block: Json) -> None:
    assert message(block) == []


def test_a_whole_form_is_accepted() -> None:
    assert problems("modal", NOTE) == []
    assert problems("home", {"type": "home", "blocks": [section("a")]}) == []
    assert (
        problems("modal", form({"type": "alert", "level": "warning", "text": plain("Mind")})) == []
    )


def text_input(**more: Any) -> Json:
    return field("t", {"type": "plain_text_input", **more})


def select(**more: Any) -> Json:
    return actions({"type": "static_select", "action_id": "s", "options": [option("A")], **more})


def changed(block: Json, *path: Any, to: Any) -> Json:
    """The same block with one thing in it changed, or with ... taken away."""
    block = copy.deepcopy(block)
    inner: Any = block
    for key in path[:-1]:
        inner = inner[key]
    if to is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return block


BAD: list[tuple[Json, str]] = [
    ({"type": "poem"}, "unsupported block"),
    ({"type": "section"}, "text or fields"),
    (section(""), "more than 0 characters"),
    (section("x" * 3001), "less than 3001"),
    ({"type": "section", "text": "bare"}, "must be a text object"),
    ({"type": "section", "text": {"type": "html", "text": "a"}}, "unsupported text type"),
    (
        {"type": "section", "text": {"type": "mrkdwn", "text": "a", "emoji": True}},
        "emoji is not allowed",
    ),
    ({"type": "section", "fields": [plain("a")] * 11}, "1 to 10 fields"),
    ({"type": "section", "fields": [plain("a" * 2001)]}, "less than 2001"),
    (section("a", block_id="b" * 256), "less than 256"),
    (section("a", accessory={"type": "plain_text_input", "action_id": "a"}), "not allowed here"),
    ({"type": "header", "text": plain("h" * 151)}, "less than 151"),
    ({"type": "header", "text": {"type": "mrkdwn", "text": "h"}}, "must be plain_text"),
    ({"type": "context", "elements": [plain("a")] * 11}, "1 to 10 elements"),
    ({"type": "context", "elements": []}, "1 to 10 elements"),
    (actions(), "1 to 25 elements"),
    (actions(*(button("a", f"a{n}") for n in range(26))), "1 to 25 elements"),
    (actions({"type": "plain_text_input", "action_id": "a"}), "not allowed here"),
    (actions(IMAGE), "not allowed here"),
    (actions(button("", "a")), "more than 0"),
    (actions(button("b" * 76, "a")), "less than 76"),
    (actions(button("b", "a", "v" * 2001)), "less than 2001"),
    (actions(button("b", "a", url="javascript:alert(1)")), "http(s) address"),
    (actions(button("b", "a", url="https://x.example/" + "x" * 3000)), "less than 3001"),
    (actions(button("b", "a", style="gold")), "primary or danger"),
    (actions(button("b", "a" * 256)), "less than 256"),
    (actions(button("b", "")), "more than 0"),
    (actions(button("b", "same"), button("c", "same")), "not unique"),
    (
        actions(button("b", "a", confirm=changed(CONFIRM, "title", to=plain("t" * 101)))),
        "less than 101",
    ),
    (
        actions(button("b", "a", confirm=changed(CONFIRM, "text", to=plain("t" * 301)))),
        "less than 301",
    ),
    (
        actions(button("b", "a", confirm=changed(CONFIRM, "deny", to=plain("t" * 31)))),
        "less than 31",
    ),
    (
        actions(button("b", "a", confirm=changed(CONFIRM, "confirm", to=...))),
        "must be a text object",
    ),
    (actions(button("b", "a", confirm="sure?")), "confirmation dialog"),
    (actions(button("b", "a", focus_on_load=True)), "cannot be focused"),
    (select(options=[]), "1 to 100 options"),
    (select(options=[option(f"o{n}") for n in range(101)]), "1 to 100 options"),
    (select(options=[option("o" * 76)]), "less than 76"),
    (select(options=[option("o", "v" * 151)]), "less than 151"),
    (select(options=[option("a", "x"), option("b", "x")]), "same value"),
    (select(options=[option("o") | {"description": plain("d" * 76)}]), "less than 76"),
    (select(options=[option("o") | {"url": "https://x.example"}]), "overflow menu"),
    (select(initial_option=option("B")), "not among the options"),
    (select(initial_option=[option("A")]), "must be one option"),
    (select(option_groups=[]), "and not both"),
    (select(placeholder=plain("p" * 151)), "less than 151"),
    (actions({"type": "static_select", "action_id": "s", "option_groups": []}), "1 to 100 groups"),
    (
        actions({"type": "external_select", "action_id": "s", "min_query_length": -1}),
        "whole number",
    ),
    (
        actions({"type": "multi_users_select", "action_id": "s", "initial_users": ["rita"]}),
        "not an id",
    ),
    (
        actions({"type": "multi_users_select", "action_id": "s", "max_selected_items": 0}),
        "at least 1",
    ),
    (
        actions(
            {"type": "overflow", "action_id": "o", "options": [option(f"o{n}") for n in range(6)]}
        ),
        "1 to 5",
    ),
    (
        actions(
            {
                "type": "radio_buttons",
                "action_id": "r",
                "options": [option(f"o{n}") for n in range(11)],
            }
        ),
        "1 to 10",
    ),
    (
        actions(
            {
                "type": "checkboxes",
                "action_id": "c",
                "options": [option("A")],
                "initial_options": [],
            }
        ),
        "empty list",
    ),
    (actions({"type": "datepicker", "action_id": "d", "initial_date": "tomorrow"}), "wrong format"),
    (actions({"type": "timepicker", "action_id": "d", "initial_time": "25:00"}), "wrong format"),
    (text_input(max_length=3001), "between 0 and 3000"),
    (text_input(max_length=5, initial_value="too long"), "less than 6"),
    (text_input(confirm=CONFIRM), "no confirmation"),
    (field("n", {"type": "number_input"}), "is_decimal_allowed"),
    (
        field("n", {"type": "number_input", "is_decimal_allowed": True, "min_value": "low"}),
        "not a number",
    ),
    (field("b", {"type": "button", "text": plain("a")}), "not allowed here"),
    (changed(text_input(), "label", to=plain("l" * 2001)), "less than 2001"),
    (changed(text_input(), "optional", to="yes"), "true or false"),
    (field("f", {"type": "file_input"}), "modals only"),
    (changed(IMAGE, "alt_text", to=...), "must be a string"),
    (changed(IMAGE, "image_url", to="ftp://x"), "http(s)"),
    ({"type": "markdown", "text": "m" * 12_001}, "less than 12001"),
    ({"type": "alert", "text": plain("a")}, "not allowed in a message"),
    ({"type": "card"}, "a card needs"),
    ({"type": "card", "body": plain("b" * 201)}, "less than 201"),
    ({"type": "carousel", "elements": []}, "1 to 10"),
    (changed(SLIDES, "elements", to=[{"type": "card", "body": plain("A")}] * 11), "1 to 10"),
    (changed(FOLDED, "title", to=...), "must be a text object"),
    (changed(FOLDED, "title", to=plain("t" * 151)), "less than 151"),
    (changed(FOLDED, "subtitle", to=plain("t" * 151)), "less than 151"),
    (changed(FOLDED, "child_blocks", to=[]), "1 to 10 blocks"),
    (changed(FOLDED, "child_blocks", to=[section("A")] * 11), "1 to 10 blocks"),
    (changed(FOLDED, "child_blocks", to=[FOLDED]), "not allowed in a container"),
    (changed(FOLDED, "width", to="huge"), "must be narrow, standard, wide, full"),
    (changed(FOLDED, "child_blocks", to=[PIE]), "not allowed in a container"),
    (changed(FOLDED, "child_blocks", to=[section("s" * 3001)]), "less than 3001"),
    (changed(FOLDED, "is_collapsible", to=False), "needs is_collapsible"),
    (changed(FOLDED, "is_collapsible", to="yes"), "true or false"),
    (
        changed(FOLDED, "child_blocks", to=[actions(button("A", "same"), button("B", "same"))]),
        "not unique",
    ),
    (
        changed(
            FOLDED, "child_blocks", to=[section("A", block_id="b"), section("B", block_id="b")]
        ),
        "not unique",
    ),
    (changed(RICH, "elements", to=[]), "at least one"),
    (changed(RICH, "elements", 0, "type", to="rich_text_poem"), "unsupported rich text"),
    (changed(RICH, "elements", 0, "elements", 1, "user_id", to=...), "user_id"),
    (changed(RICH, "elements", 0, "elements", 2, "url", to="javascript:x"), "http(s)"),
    (changed(RICH, "elements", 1, "style", to="stars"), "bullet or ordered"),
    (changed(PIE, "title", to="t" * 51), "less than 51"),
    (changed(PIE, "chart", "type", to="radar"), "must be a chart"),
    (changed(PIE, "chart", "segments", to=[]), "1 to 12 segments"),
    (changed(PIE, "chart", "segments", 0, "value", to=0), "greater than 0"),
    (changed(PIE, "chart", "segments", 0, "label", to="l" * 21), "less than 21"),
    (changed(BARS, "chart", "axis_config", to=...), "1 to 20 categories"),
    (
        changed(BARS, "chart", "axis_config", "categories", to=[f"c{n}" for n in range(21)]),
        "1 to 20 categories",
    ),
    (changed(BARS, "chart", "axis_config", "x_label", to="x" * 51), "less than 51"),
    (changed(BARS, "chart", "series", to=BARS["chart"]["series"] * 2), "must differ"),  # type: ignore[index]
    (
        changed(BARS, "chart", "series", 0, "data", to=[{"label": "Q1", "value": 1}]),
        "one point for each",
    ),
    (changed(BARS, "chart", "series", 0, "data", 0, "value", to=float("nan")), "must be a number"),
    (changed(TABLE, "rows", to=[[CELL]] * 101), "1 to 100 rows"),
    (changed(TABLE, "rows", to=[[CELL] * 21]), "1 to 20 cells"),
    (changed(TABLE, "rows", 0, 0, to={"type": "image"}), "unsupported cell"),
    (changed(TABLE, "rows", 1, 1, "value", to="3"), "must be a number"),
    (changed(DATA_TABLE, "caption", to=...), "must be a string"),
    (changed(DATA_TABLE, "rows", to=[[CELL]]), "2 to 101 rows"),
    (changed(DATA_TABLE, "rows", to=[[CELL], [CELL, CELL]]), "same number of cells"),
    (changed(DATA_TABLE, "rows", to=[[RICH], [CELL]]), "not allowed in the header"),
    (changed(DATA_TABLE, "page_size", to=101), "between 1 and 100"),
    ({**DATA_TABLE, "row_header_column_index": 1}, "names no column"),
    ({**TABLE, "column_settings": [{}] * 21}, "at most 20 items"),
    (
        changed(TABLE, "rows", to=[[{"type": "raw_text", "text": "x" * 2900}]] * 4),
        "at most 10000 characters",
    ),
    (changed(BARS, "chart", "series", to=[]), "1 to 12 series"),
    (changed(BARS, "chart", "series", 0, "name", to="n" * 21), "less than 21"),
    (changed(RICH, "elements", 0, "elements", to=None), "missing required field: elements"),
    (changed(RICH, "elements", 0, "elements", 0, "type", to="poem"), "unsupported rich text"),
    ({"type": "card", "title": plain("t"), "actions": [{"type": "overflow"}]}, "not allowed here"),
    (
        {"type": "card", "title": plain("t"), "icon": {"type": "image", "alt_text": "a"}},
        "must be a string",
    ),
    (
        {
            "type": "video",
            "title": plain("t"),
            "alt_text": "a",
            "video_url": "http://x",
            "thumbnail_url": "https://x",
        },
        "http(s) address",
    ),
    (
        {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "f"}]},
        "text object",
    ),
    (
        {"type": "context_actions", "elements": [{"type": "icon_button", "text": plain("a")}]},
        "must be a string",
    ),
]


@table(("block", "says"), BAD)
def test_what_slack_refuses_is_named(block: Json, says: str) -> None:
    found = message(block)
    assert any(says in one for one in found), found
    assert all("[json-pointer:" in one for one in found)


@table(
    ("blocks", "says"),
    [
        ([section("a")] * 51, "no more than 50 blocks"),
        ([section("a", block_id="x"), section("b", block_id="x")], "block_id 'x' is not unique"),
        ([TABLE, TABLE], "only_one_table_allowed"),
        ([PIE, PIE, BARS], "at most two data_visualization"),
        ([{"type": "markdown", "text": "m" * 7000}] * 2, "all markdown blocks together"),
        ([section("x" * 2700)] * 5, "msg_blocks_too_long"),
        ("no list", "must be a list"),
        ([["a list"]], "unsupported block"),
    ],
)
def test_a_message_as_a_whole_has_limits(blocks: Any, says: str) -> None:
    found = problems("message", {"text": "t", "blocks": blocks})
    assert any(says in one for one in found), found


@table(
    ("view", "says"),
    [
        (form(text_input(), title=plain("t" * 25)), "less than 25"),
        (form(text_input(), submit=None), "missing required field: submit"),
        (form(text_input(), close=plain("c" * 25)), "less than 25"),
        (form(text_input(), private_metadata="m" * 3001), "less than 3001"),
        (form(text_input(), callback_id="c" * 256), "less than 256"),
        (form(*(section(f"s{n}") for n in range(101))), "no more than 100 blocks"),
        (form(text_input(), actions(button("a", "t"))), "action_id 't' is not unique"),
        (
            form(
                text_input(focus_on_load=True),
                field("u", {"type": "plain_text_input", "focus_on_load": True}),
            ),
            "only one element can have focus_on_load",
        ),
        (form(PIE), "not allowed in a modal"),
        (form(TABLE), "not allowed in a modal"),
        (form(*(section("x" * 2900) for _ in range(90))), "view_too_large"),
        ({"type": "modal", "title": plain("t")}, "missing required field: blocks"),
        ({"type": "home", "blocks": []}, "must be modal"),
    ],
)
def test_a_modal_as_a_whole_has_limits(view: Json, says: str) -> None:
    found = problems("modal", view)
    assert any(says in one for one in found), found


def test_a_file_may_be_asked_for_in_a_modal_but_not_too_many() -> None:
    assert problems("modal", form(field("f", {"type": "file_input", "max_files": 3}))) == []
    found = problems("modal", form(field("f", {"type": "file_input", "max_files": 11})))
    assert found == ["must be between 1 and 10 [json-pointer:/blocks/0/element/max_files]"]


def test_a_home_tab_has_no_buttons_of_a_form() -> None:
    home = {"type": "home", "blocks": [section("a")], "submit": plain("Save")}
    assert problems("home", home) == ["a home tab has no title, submit or close [json-pointer:]"]


def test_rows_of_a_list_may_share_an_action_but_rows_of_a_form_may_not() -> None:
    rows = [section(name, accessory=button("Show", "show", name)) for name in "ab"]
    assert message(*rows) == []
    assert problems("home", {"type": "home", "blocks": rows}) == []
    assert problems("modal", form(*rows)) == [
        "action_id 'show' is not unique [json-pointer:/blocks]"
    ]


@table(
    "block",
    [
        {"type": "actions", "elements": "none"},
        {"type": "card", "body": 1, "actions": [1]},
        {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": ["x"]}},
        {"type": "actions", "elements": [{"type": "static_select", "option_groups": ["x"]}]},
    ],
)
def test_nonsense_is_refused_without_a_crash(block: Json) -> None:
    assert message(block)


KEYS = st.sampled_from(
    ["type", "text", "elements", "element", "options", "blocks", "rows", "chart", "fields", "value"]
)
KINDS = st.sampled_from(
    [*(str(one["type"]) for one in GOOD), "plain_text", "static_select", "pie", "rich_text_list"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | KINDS
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)


@given(st.lists(ANYTHING, max_size=3))
def test_any_json_at_all_is_judged_without_a_crash(blocks: list[Any]) -> None:
    for surface in ("message", "modal", "home"):
        assert isinstance(problems(surface, {"type": surface, "blocks": blocks}), list)
    assert blocks_too_long(blocks) is False


def test_offered_options_have_the_limits_of_a_select() -> None:
    assert options_problems({"options": []}) == []
    assert (
        options_problems({"option_groups": [{"label": plain("G"), "options": [option("A")]}]}) == []
    )
    assert "less than 76" in options_problems({"options": [option("o" * 76)]})[0]
    assert "0 to 100" in options_problems({"options": [option(f"{n}") for n in range(101)]})[0]
    assert options_problems({})


def test_the_sizes_of_a_whole_message_and_view_can_be_asked() -> None:
    assert not blocks_too_long([section("x" * 3000)] * 4)
    assert blocks_too_long([section("x" * 3000)] * 5)
    assert not view_too_large(NOTE)


@table(
    ("surface", "block", "allowed"),
    [
        ("message", FOLDED, True),
        ("modal", FOLDED, False),
        ("home", FOLDED, False),
        ("message", SLIDES, True),
        ("modal", SLIDES, False),
        ("home", SLIDES, True),
    ],
)
def test_containers_stand_in_messages_and_carousels_not_in_modals(
    surface: str, block: Json, allowed: bool
) -> None:
    title = {"title": plain("A")} if surface == "modal" else {}
    view = {"blocks": [block]} | ({"type": surface, **title} if surface != "message" else {})
    found = problems(surface, view)
    assert found == [] if allowed else f"not allowed in a {surface}" in found[0]
