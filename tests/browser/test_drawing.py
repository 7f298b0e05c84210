"""The page draws as Slack does: ages, widths of menus, boxes of blocks; it says when it is cut
off.
"""

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import Browser, Locator, expect

from bot.sandbox.slack import Slack
from tests.browser.conftest import Sit
from tests.browser.screen import Screen
from tests.processes import read_until, started


def post(url: str, channel: str, blocks: list[dict[str, Any]]) -> None:
    """Post as the bot does, with blocks of Block Kit."""
    body = json.dumps({"channel": channel, "text": "Blocks", "blocks": blocks}).encode()
    head = {"content-type": "application/json", "authorization": f"Bearer {Slack.bot_token}"}
    with urlopen(Request(f"{url}/api/chat.postMessage", body, head)) as answer:
        said = json.load(answer)
    assert said["ok"], said


def width(of: Locator) -> float:
    box = of.bounding_box()
    assert box
    return box["width"]


def test_a_talk_grows_older_as_the_clock_moves(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    screen.say("/crm log call OP-8 They like the oak")
    card = screen.card("OP-8")
    expect(card).to_contain_text(
        re.compile("Last talk: .*, (just now|1 minute ago): “They like the oak”")
    )
    screen.page.get_by_role("button", name="+1 h").click()
    expect(card).to_contain_text(re.compile(", 1 hour ago: “They like the oak”"))
    for _ in range(2):
        screen.to_tomorrow()
    expect(card).to_contain_text(re.compile(", [12] days? ago: “They like the oak”"))


def test_a_moment_is_drawn_in_the_zone_of_each_reader_and_on_their_clock(
    sit: Sit, url: str
) -> None:
    stamp = "<!date^1767258000^{date_short} {time}|never>"  # 1 January 2026, 9:00 UTC
    post(url, "C_GENERAL", [{"type": "section", "text": {"type": "mrkdwn", "text": stamp}}])
    for user, hour in (("U_RITA", "10:00"), ("U_RAVI", "2:30 PM"), ("U_ELI", "09:00")):
        message = sit(user, "C_GENERAL").messages.last
        expect(message.locator(".block time")).to_have_text(f"Jan 1, 2026 {hour}")


def test_a_menu_is_as_wide_as_its_text(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES")
    stage, owner = (screen.card("OP-8").locator(".picker").nth(at) for at in (0, 1))
    expect(stage).to_be_visible()
    assert width(stage) < 140
    assert width(owner) < 160
    for menu in (stage, owner):
        box = menu.locator("input")
        assert box.evaluate("box => box.scrollWidth <= box.clientWidth")


def test_on_a_phone_the_menu_of_a_message_covers_nothing_it_says(sit: Sit) -> None:
    screen = sit("U_RITA", "C_SALES", width=390, height=844)
    expect(screen.card("LD-5")).to_be_visible()
    for message in screen.messages.all():
        message.hover(position={"x": 5, "y": 5})
        tools = message.locator(".tools").bounding_box()
        said = message.locator(".block, .text").first.bounding_box()
        assert tools
        assert said
        apart = (
            tools["x"] + tools["width"] <= said["x"] or tools["y"] + tools["height"] <= said["y"]
        )
        assert apart, (tools, said, message.inner_text())


def test_containers_fold_and_carousels_show_their_cards(sit: Sit, url: str) -> None:
    section = {"type": "section", "text": {"type": "plain_text", "text": "Two chairs, one table"}}
    head = {"type": "container", "title": {"type": "plain_text", "text": "The order"}}
    folded = {**head, "is_collapsible": True, "default_collapsed": True, "width": "full"}
    cards = [
        {"type": "card", "title": {"type": "plain_text", "text": f"Chair {number}"}}
        for number in (1, 2)
    ]
    post(
        url,
        "C_GENERAL",
        [
            {**head, "child_blocks": [section], "has_header_divider": True},
            {**folded, "child_blocks": [section]},
            {"type": "carousel", "elements": cards},
        ],
    )
    message = sit("U_SOFIA", "C_GENERAL").messages.last
    expect(message.get_by_text("Two chairs, one table")).to_have_count(2)
    expect(message.get_by_text("Two chairs, one table").first).to_be_visible()
    expect(message.get_by_text("Two chairs, one table").last).to_be_hidden()
    message.locator("summary").click()
    expect(message.get_by_text("Two chairs, one table").last).to_be_visible()
    expect(message.get_by_role("group", name="Cards").get_by_text("Chair 2")).to_be_visible()


def test_the_page_says_that_the_server_is_away_and_opens_again_for_a_new_company(
    browser: Browser, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with started(tmp_path, "sandbox", "--port", port) as first:
        url = read_until(first, "The sandbox is ready: ").split()[-1]
        screen = Screen(browser.new_page(), url).visit("U_RITA", "C_GENERAL")
        expect(screen.page.get_by_role("navigation")).to_contain_text("new each time")
        screen.say("Before it went")
        expect(screen.messages.filter(has_text="Before it went")).to_be_visible()
        first.terminate()
        first.communicate(timeout=20)
    banner = screen.page.locator(".offline")
    expect(banner).to_have_text("Rapport is away, trying again…")
    with started(tmp_path, "sandbox", "--port", port) as second:
        read_until(second, "The sandbox is ready: ")
        expect(banner).to_have_text("Rapport came back with a new company. This page opens again…")
        expect(banner).to_have_count(0)
        expect(screen.page.get_by_role("heading", level=1)).to_have_text("# general")
        expect(screen.messages.filter(has_text="Before it went")).to_have_count(0)
        screen.page.context.close()
        second.terminate()
        second.communicate(timeout=20)
