"""A desk acts, looks, and fails loudly."""

import pytest

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Json
from tests.bot.sandbox.kit import actions, button, field, form, option, section


def test_a_command_is_answered_to_one_person(desk: SlackDriver) -> None:
    desk.command("/note call Ada")
    assert desk.last.text == "Noted: call Ada"
    assert desk.last.ephemeral
    assert desk.posted() == []


def test_nobody_else_sees_a_private_answer(desk: SlackDriver) -> None:
    desk.command("/note secret")
    desk.say("hello", user="U_SAM")
    assert desk.seen == []
    with pytest.raises(AssertionError, match="was told nothing"):
        _ = desk.last


def test_an_acknowledgement_can_be_the_answer(desk: SlackDriver) -> None:
    desk.command("/raw a <b>")
    assert desk.last.text == "You said a <b>"


def test_people_channels_and_addresses_arrive_as_ids(desk: SlackDriver, heard: list[Json]) -> None:
    desk.command("/note tell @sam in #support about bob@x.example & @nobody")
    assert heard[-1]["text"] == (
        "tell <@U_SAM|sam> in <#C_SUPPORT|support> about "
        "<mailto:bob@x.example|bob@x.example> &amp; @nobody"
    )


def test_filling_a_form_types_into_every_kind_of_input(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.command("/note form")
    assert desk.modal
    assert desk.modal.text == "A note"
    desk.submit(
        {"with": "sam, @rita"}, text="hi", kind="visit", about="ad", on="2026-12-24", private="yes"
    )
    values = {name: entry[name] for name, entry in heard[-1]["view"]["state"]["values"].items()}
    assert values["text"] == {"type": "plain_text_input", "value": "hi"}
    assert values["kind"]["selected_option"] == option("Visit")
    assert values["about"]["selected_option"] == option("Ada")
    assert values["on"]["selected_date"] == "2026-12-24"
    assert values["with"]["selected_users"] == ["U_SAM", "U_RITA"]
    assert values["private"]["selected_options"] == [option("Private", "yes")]
    assert desk.modal is None
    assert desk.last.text == "Saved hi"


def test_untouched_inputs_keep_their_initial_values(desk: SlackDriver, heard: list[Json]) -> None:
    desk.command("/note form")
    desk.submit(text="hi")
    values = heard[-1]["view"]["state"]["values"]
    assert values["kind"]["kind"]["selected_option"] == option("Call")
    assert values["on"]["on"]["selected_date"] is None
    assert values["with"]["with"]["selected_users"] == []


def test_required_fields_are_checked_before_the_app_hears_of_it(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.command("/note form")
    desk.submit(text="")
    assert desk.errors == {"text": "Please complete this required field."}
    assert heard[-1]["command"] == "/note"
    assert desk.modal


def test_errors_of_the_app_stand_under_their_input(desk: SlackDriver) -> None:
    desk.command("/note form")
    desk.submit(text="short")
    assert desk.errors == {"text": "Too short"}
    desk.submit(text="longer")
    assert desk.errors == {}
    assert desk.modal is None


def test_errors_that_name_no_input_fail_the_test(desk: SlackDriver) -> None:
    desk.command("/note form")
    with pytest.raises(AssertionError, match="errors must name inputs"):
        desk.submit(text="wrong")


def test_a_submission_can_push_update_and_clear(desk: SlackDriver) -> None:
    desk.command("/note form")
    desk.submit(text="more")
    assert desk.modal
    assert "More?" in desk.modal
    desk.close()
    assert desk.modal
    assert desk.modal.values["text"] == "more"
    desk.submit(text="again")
    assert desk.modal
    assert "Saved" in desk.modal
    desk.close()
    desk.command("/note form")
    desk.submit(text="clear")
    assert desk.modal is None


def test_a_form_without_such_a_field_says_which_it_has(desk: SlackDriver) -> None:
    desk.command("/note form")
    with pytest.raises(AssertionError, match="no 'colour', it has text, kind"):
        desk.submit(colour="red")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("kind", "Dance", "not among the options: Call, Visit"),
        ("about", "zzz", "offers nothing for 'zzz'"),
        ("on", "tomorrow", "does not match format"),
        ("with", "zoe", "nobody called 'zoe'"),
    ],
)
def test_what_cannot_be_chosen_is_refused(
    desk: SlackDriver, name: str, text: str, says: str
) -> None:
    desk.command("/note form")
    with pytest.raises((AssertionError, ValueError), match=says):
        desk.submit({"text": "hi", name: text})


def test_a_click_finds_the_newest_button_and_its_value(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.command("/note card")
    desk.click("note.done", value="7")
    assert heard[-1]["actions"][0]["value"] == "7"
    assert heard[-1]["message"]["text"] == "A note"
    assert desk.posted()[0].text == "Done"
    assert desk.last.text == "Done"


def test_a_click_on_nothing_names_what_there_is(desk: SlackDriver) -> None:
    desk.command("/note card")
    with pytest.raises(AssertionError, match=r"sees no note\.fly .*note\.done"):
        desk.click("note.fly")


def test_a_confirmation_is_asked_and_can_be_declined(desk: SlackDriver) -> None:
    desk.command("/note card")
    desk.click("note.drop", confirm=False)
    assert desk.asked.startswith("Drop?\nIt is gone then.")
    assert len(desk.posted()) == 1
    desk.click("note.drop")
    assert desk.posted() == []


def test_a_mention_is_answered_in_its_thread(desk: SlackDriver) -> None:
    said = desk.say("@notes are you there?")
    assert desk.last.text == "You called?"
    assert desk.last.thread_ts == said.ts


def test_a_direct_message_is_answered(desk: SlackDriver, heard: list[Json]) -> None:
    desk.dm("hello")
    assert desk.last.text == "I heard hello"
    assert heard[-1]["event"]["channel_type"] == "im"


def test_the_home_tab_is_published_when_it_is_opened(desk: SlackDriver) -> None:
    home = desk.home()
    assert "Your notes" in home
    assert home.buttons == ["New"]


def test_shortcuts_open_forms_and_know_their_message(desk: SlackDriver) -> None:
    desk.shortcut("note.new")
    assert desk.modal
    desk.close()
    desk.command("/note card")
    desk.shortcut("note.this", desk.last)
    assert desk.last.text == "Kept: A note"


def test_an_undeclared_shortcut_is_not_in_the_menu(desk: SlackDriver) -> None:
    assert desk.shortcut("note.burn").error == "There is no global shortcut note.burn."


def test_picking_in_a_form_is_kept_until_it_is_submitted(
    desk: SlackDriver, heard: list[Json]
) -> None:
    desk.command("/note form")
    assert desk.modal
    assert desk.options("about", "ad") == ["Ada", "Adele"]
    desk.pick("about", "ade")
    assert desk.modal.values["about"] == option("Adele")
    desk.submit(text="hi")
    assert heard[-1]["view"]["state"]["values"]["about"]["about"]["selected_option"] == option(
        "Adele"
    )


def test_blocks_slack_refuses_fail_the_test_although_the_app_goes_on(desk: SlackDriver) -> None:
    with pytest.raises(AssertionError, match="missing required field: text or fields"):
        desk.command("/note bad")


def test_what_is_sent_again_is_the_same(desk: SlackDriver, heard: list[Json]) -> None:
    desk.command("/note form")
    desk.submit(text="hi")
    first = heard[-1]
    desk.again()
    assert heard[-1] == first


def test_reading_follows_the_one_who_acted(desk: SlackDriver) -> None:
    desk.command("/note form", user="sam")
    assert desk.actor == "U_SAM"
    assert desk.modal
    desk.command("/raw x")
    assert desk.modal is None


def test_menus_and_boxes_in_messages_are_picked(desk: SlackDriver, heard: list[Json]) -> None:
    menu = {"type": "overflow", "action_id": "choice", "options": [option("Edit"), option("Burn")]}
    desk.slack.post("C_SALES", desk.slack.bot.id, "menu", [actions(menu)])
    desk.pick("choice", "Burn")
    assert heard[-1]["actions"][0]["selected_option"]["value"] == "burn"
    select = {
        "type": "static_select",
        "action_id": "choice",
        "options": [option("Red"), option("Blue")],
    }
    desk.slack.post("C_SALES", desk.slack.bot.id, "colour", [section("Colour?", accessory=select)])
    desk.pick("choice", "blue")
    assert heard[-1]["actions"][0]["selected_option"]["text"]["text"] == "Blue"
    assert (
        list(heard[-1]["state"]["values"].values())[0]["choice"]["selected_option"]["value"]
        == "blue"
    )


def test_a_pick_in_an_input_without_dispatch_stays_at_the_client(
    desk: SlackDriver, heard: list[Json]
) -> None:
    view = form(
        field(
            "size",
            {"type": "static_select", "options": [option("S"), option("L")], "action_id": "size"},
        )
    )
    desk.slack.show(
        "U_RITA", view | {"private_metadata": "", "notify_on_close": False, "clear_on_close": False}
    )
    desk.pick("size", "L")
    assert heard == []
    assert desk.modal
    assert desk.modal.values["size"] == option("L")


def test_a_button_is_not_picked_nor_a_select_clicked(desk: SlackDriver) -> None:
    select = {"type": "static_select", "action_id": "choice", "options": [option("Red")]}
    desk.slack.post("C_SALES", desk.slack.bot.id, "two", [actions(select, button("Go", "go"))])
    with pytest.raises(AssertionError, match="use pick"):
        desk.click("choice")
    with pytest.raises(AssertionError, match="cannot be filled"):
        desk.pick("go", "Go")
