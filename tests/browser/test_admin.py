"""An admin shapes the CRM, and somebody else works with what came of it at once."""

from playwright.sync_api import expect

from tests.browser.conftest import Sit


def test_a_field_of_ones_own_is_on_the_form_of_somebody_else(sit: Sit) -> None:
    ada, rita = sit("U_ADA", "C_GENERAL"), sit("U_RITA", "C_SALES")
    ada.say("/crm field new")
    ada.choose("about", "Deal")
    ada.fill(name="Contract type", options="Annual, Monthly, Pre-paid")
    ada.choose("kind", "Choice of one")
    ada.save()
    expect(ada.whisper("Created FD-")).to_contain_text("Contract type")
    rita.say("/crm deal new Garden chairs CU-1 14k contract_type=pre-paid")
    expect(rita.whisper("Garden chairs")).to_contain_text("Contract type: Pre-paid")
    card = rita.messages.filter(has_text="Garden chairs").filter(has_text="Contract type").last
    expect(card).to_contain_text("Pre-paid")
    rita.say("/crm deal list contract type pre-paid")
    expect(rita.whisper("1 deal matches")).to_contain_text("Garden chairs")


def test_a_noun_of_ones_own_has_forms_and_cards(sit: Sit) -> None:
    ada, rita = sit("U_ADA", "C_GENERAL"), sit("U_RITA", "C_SALES")
    ada.say(
        "/crm object new Delivery prefix=DY channel=#sales "
        'fields="Weight decimal, Arrives day, State choice (Packed, Sent, There)"'
    )
    expect(ada.whisper("Created OB-")).to_contain_text("Make the first one: /crm delivery new")
    rita.say("/crm delivery new")
    rita.fill(name="Lamps for the quay", x_weight="12.5")
    rita.choose("x_state", "Packed")
    rita.save()
    card = rita.card("DY-1")
    expect(card).to_contain_text("Lamps for the quay")
    rita.say("/crm set DY-1 state=sent")
    expect(rita.whisper("State: Packed → Sent")).to_be_visible()
    expect(card).to_contain_text("Sent")


def test_a_rule_does_what_it_says_when_somebody_works(sit: Sit) -> None:
    ada, rita = sit("U_ADA", "C_GENERAL"), sit("U_RITA", "C_SALES")
    ada.say('/crm rule new when deal is created where amount > 90k then task "Ring the buyer" +1d')
    expect(ada.whisper("Created RU-")).to_contain_text("I make a task for it")
    rita.say("/crm deal new Harbour hall CU-1 95k")
    expect(rita.whisper("Harbour hall")).to_be_visible()
    for _ in range(20):  # rules are worked on each second
        rita.say("/crm task list buyer")
        if rita.whisper("1 task").count():
            break
        rita.page.wait_for_timeout(500)
    expect(rita.whisper("1 task")).to_contain_text("Ring the buyer")
