"""A support rep's work: cases, from a message to the answer."""

from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.browser.screen import Screen


def new_case(screen: Screen, subject: str) -> str:
    """Open a case in one line; returns its reference once its card stands."""
    screen.say(f'/crm case new "{subject}" CU-1')
    ref = screen.ref(f"Created CS-[0-9]+ {subject}")
    expect(screen.card(ref)).to_be_visible()
    return ref


def test_a_case_is_claimed_answered_and_resolved_from_its_card(sit: Sit) -> None:
    screen = sit("U_SAM", "C_SUPPORT")
    card = screen.card(new_case(screen, "Lamp flickers"))
    screen.press(card, "Claim")
    expect(card).to_contain_text("Sam Silva")
    expect(card.get_by_role("button", name="Claim", exact=True)).to_have_count(0)
    screen.press(card, "Reply")
    screen.fill(text="Please try another socket.")
    screen.save()
    expect(card).to_contain_text("Please try another socket.")
    screen.press(card, "Resolve")
    expect(card).to_contain_text("Resolved")
    expect(card.get_by_role("button", name="Reopen", exact=True)).to_be_visible()
    card.locator("button.replies").click()
    expect(screen.thread).to_contain_text("Please try another socket.")


def test_of_two_people_who_claim_a_case_the_second_is_told_who_has_it(sit: Sit) -> None:
    sam, sofia = sit("U_SAM", "C_SUPPORT"), sit("U_SOFIA", "C_SUPPORT")
    ref = new_case(sam, "Door squeaks")
    sofia.press(sofia.card(ref), "Claim")
    expect(sam.card(ref)).to_contain_text("Sofia Sato")
    sam.say(f"/crm claim {ref}")
    expect(sam.whisper(f"Sofia Sato has already taken {ref}")).to_be_visible()


def test_a_message_becomes_a_case_by_its_shortcut(sit: Sit) -> None:
    screen = sit("U_SAM", "C_SUPPORT")
    screen.say("The blue vase arrived cracked")
    screen.from_menu(screen.messages.filter(has_text="blue vase").last, "New case")
    expect(screen.field("subject").locator("input")).to_have_value("The blue vase arrived cracked")
    screen.pick("customer", "gra", "Grace Okafor")
    screen.save()
    card = screen.messages.filter(has_text="Normal · unassigned").filter(
        has_text="The blue vase arrived cracked"
    )
    expect(card).to_contain_text("Grace Okafor")


def test_the_bot_is_spoken_to_in_the_thread_of_a_card(sit: Sit) -> None:
    screen = sit("U_SAM", "C_SUPPORT")
    card = screen.card(new_case(screen, "Chair wobbles"))
    screen.from_menu(card, "Reply in thread")
    box = screen.thread.get_by_role("textbox", name="Reply…")
    box.fill("@crm claim this")
    box.press("Enter")
    expect(card).to_contain_text("Sam Silva")
    expect(screen.thread).to_contain_text("@Rapport claim this")


def test_a_menu_stays_open_and_at_its_message_when_others_write(sit: Sit) -> None:
    sam, sofia = (sit(person, "C_GENERAL", height=500) for person in ("U_SAM", "U_SOFIA"))
    for number in range(8):
        sofia.say(f"Message {number}")
    expect(sam.messages.filter(has_text="Message 7")).to_be_visible()
    sofia.say("First")
    first = sam.messages.filter(has_text="First").last
    first.hover()
    first.locator(".tools").get_by_role("button", name="More actions").click()
    menu, before = sam.page.get_by_role("menu", name="More actions"), first.bounding_box()
    for number in range(12):
        sofia.say(f"And then {number}")
    last = sam.messages.filter(has_text="And then 11").last
    expect(last).to_be_attached()
    assert first.bounding_box() == before
    expect(last).not_to_be_in_viewport()
    menu.get_by_role("menuitem", name="Reply in thread").click()
    expect(last).to_be_in_viewport()
    expect(sam.thread).to_contain_text("First")
