"""A sales rep's work: leads and deals, from the form to the card."""

from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.browser.screen import Screen


def new_lead(screen: Screen, name: str, *more: str) -> str:
    """Make a lead in one line; returns its reference once its card stands."""
    screen.say(f"/crm lead new {name} {' '.join(more)}")
    ref = screen.ref(f"Created LD-[0-9]+ {name}")
    expect(screen.card(ref)).to_be_visible()
    return ref


def test_a_mistake_in_a_form_is_shown_under_its_field_and_saving_posts_the_card(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    screen.say("/crm lead new")
    screen.fill(name="Ada Lovelace", company="Analytical Engines", phone="call me")
    screen.save()
    expect(screen.field("phone")).to_contain_text("is not a phone number")
    expect(screen.field("name").locator("input")).to_have_value("Ada Lovelace")
    screen.fill(phone="+49 (0)151 2222 3333")
    screen.save()
    expect(screen.form).to_have_count(0)
    card = screen.card(screen.ref("Created LD-[0-9]+ Ada Lovelace"))
    expect(card).to_contain_text("Analytical Engines")
    expect(card).to_contain_text("+49 1512 2223333")


def test_an_edited_card_changes_where_it_stands(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    card = screen.card(new_lead(screen, "Bruno Before"))
    stamp = card.get_attribute("data-ts")
    screen.page.evaluate("window.notReloaded = true")
    screen.press(card, "Edit")
    expect(screen.field("name").locator("input")).to_have_value("Bruno Before")
    screen.fill(name="Bruno After", company="Changed & Sons")
    screen.save()
    expect(card).to_contain_text("Bruno After")
    expect(card).to_contain_text("Changed & Sons")
    assert card.get_attribute("data-ts") == stamp
    assert screen.page.evaluate("window.notReloaded")


def test_what_one_person_changes_others_see_at_once(sit: Sit) -> None:
    rita, ravi = sit("U_RITA", "C_SALES"), sit("U_RAVI", "C_SALES")
    ref = new_lead(rita, "Clara Common")
    rita.say(f"/crm {ref} company=Everywhere")
    expect(ravi.card(ref)).to_contain_text("Everywhere")
    expect(ravi.page.locator("li.ephemeral")).to_have_count(0)


def test_converting_a_lead_by_its_button_tells_the_thread_of_its_card(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    ref = new_lead(screen, "Dora Deal", "company=Doraware")
    screen.press(screen.card(ref), "Convert")
    screen.save()
    expect(screen.whisper("Dora Deal is now CU-")).to_contain_text("with the deal OP-")
    card = screen.card(ref)
    expect(card).to_contain_text("Converted")
    expect(card.get_by_role("button", name="Convert", exact=True)).to_have_count(0)
    card.locator("button.replies").click()
    expect(screen.page.get_by_role("complementary", name="Thread")).to_contain_text(
        "Rita Reyes converted it"
    )


def test_a_customer_is_found_by_typing_in_the_picker(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    screen.say("/crm deal new")
    screen.fill(name="Picked pilot", amount="12,5k EUR")
    screen.pick("customer", "hen", "Henrik Dahl")
    screen.save()
    card = screen.card(screen.ref("Created OP-[0-9]+ Picked pilot"))
    expect(card).to_contain_text("Henrik Dahl")
    expect(card).to_contain_text("€12,500")


def test_deleting_asks_first_and_can_be_undone(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    card = screen.card(ref := new_lead(screen, "Erik Erased"))
    screen.delete(card)
    grave = screen.messages.filter(has_text=f"{ref} Erik Erased was deleted")
    expect(grave).to_be_visible()
    expect(screen.form).to_contain_text(f"Deleted {ref}")
    screen.form.get_by_role("button", name="Undo", exact=True).click()
    expect(grave).to_have_count(0)
    expect(card).to_contain_text("Erik Erased")


def test_a_deal_is_lost_only_with_a_reason(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    screen.say("/crm deal new Lossy CU-1 5k")
    ref = screen.ref("Created OP-[0-9]+ Lossy")
    screen.press(screen.card(ref), "Lost")
    screen.save()
    expect(screen.field("reason")).to_contain_text("Please complete this required field")
    screen.fill(reason="Too expensive")
    screen.save()
    expect(screen.card(ref)).to_contain_text("Lost")
