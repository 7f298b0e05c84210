"""Settings: what is read, what is refused and in which words."""

from dataclasses import fields
from pathlib import Path

import pytest

from bot.config import Settings, SettingsError, load
from tests.tables import table

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
HTTP = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s1"}
INSTALLS = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s2", "ENCRYPTION_KEYS": KEY}


def test_nothing_but_the_tokens_must_be_set() -> None:
    settings = load(TOKENS)
    assert settings == Settings(slack_bot_token="xoxb-1", slack_app_token="xapp-1")
    assert settings.database_url == "sqlite:///rapport.db"
    assert settings.root_command == "/crm"


@table("missing", TOKENS)
def test_a_missing_token_is_named_with_where_to_get_it(missing: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(TOKENS | {missing: "  "})
    assert str(refused.value).startswith(f"{missing} is missing. ")
    assert "api.slack.com/apps → your app" in str(refused.value)
    assert str(refused.value).endswith("Put it into .env or the environment.")


def test_tokens_are_not_needed_where_slack_is_not() -> None:
    assert load({}, needs_slack=False) == Settings()


@table(
    ("name", "text", "why"),
    [
        (
            "SLACK_BOT_TOKEN",
            "xapp-1",
            "it does not begin with xoxb-. Copy it from https://api.slack.com/apps",
        ),
        (
            "SLACK_APP_TOKEN",
            "xoxb-1",
            "it does not begin with xapp-. Copy it from https://api.slack.com/apps",
        ),
        (
            "SLACK_API_URL",
            "localhost:3000",
            "it is not a URL. Leave it out to talk to Slack itself",
        ),
        (
            "DATABASE_URL",
            "mysql://here",
            "it is no database URL. Try sqlite:///rapport.db or postgresql://",
        ),
        ("ROOT_COMMAND", "crm", "it is no command name. Try /crm"),
        ("ROOT_COMMAND", "/CRM", "it is no command name. Try /crm"),
        ("ROOT_COMMAND", "/c r m", "it is no command name. Try /crm"),
        ("DIGEST_AT", "25:00", "it is no time of the day. Try 08:30"),
        ("DIGEST_AT", "half past eight", "it is no time of the day. Try 08:30"),
        ("REMIND_AT", "9", "it is no time of the day. Try 08:30"),
        ("ZONE", "Berlin", "it is no time zone. Try Europe/Berlin"),
        ("ZONE", "../etc/passwd", "it is no time zone. Try Europe/Berlin"),
        ("CURRENCY", "euro", "it is not a code of 3 letters. Try EUR"),
        ("CURRENCY", "€€€", "it is not a code of 3 letters. Try EUR"),
        ("LOG_LEVEL", "loud", "it is none of DEBUG, INFO, WARNING, ERROR"),
        ("REGION", "49", "it is not a code of 2 letters. Try DE"),
        (
            "ENCRYPTION_KEYS",
            "secret",
            "it is no list of keys separated by commas. Make a key with: crm key",
        ),
        (
            "ENCRYPTION_KEYS",
            f"{KEY},{KEY[:-4]}",
            "it is no list of keys separated by commas. Make a key with: crm key",
        ),
        (
            "ENCRYPTION_KEYS",
            "é" * 44,
            "it is no list of keys separated by commas. Make a key with: crm key",
        ),
        ("PUBLIC_URL", "crm.example.com", "it is not a URL. Try https://crm.example.com"),
        ("HTTP_PORT", "http", "it is no port. Try 3000"),
        ("HTTP_PORT", "65536", "it is no port. Try 3000"),
        ("HTTP_PORT", "²", "it is no port. Try 3000"),
        ("LOG_FORMAT", "xml", "it is none of text, json"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(name: str, text: str, why: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(TOKENS | {name: text})
    assert str(refused.value).startswith(f"{name} is wrong: {why}")


def test_a_refusal_does_not_repeat_a_token() -> None:
    with pytest.raises(SettingsError) as refused:
        load(TOKENS | {"SLACK_BOT_TOKEN": "secret-of-another-kind"})
    assert "secret-of-another-kind" not in str(refused.value)


@table(
    ("name", "text", "kept"),
    [
        ("DIGEST_AT", "8:05", "08:05"),
        ("REMIND_AT", " 23:59 ", "23:59"),
        ("CURRENCY", "eur", "EUR"),
        ("REGION", "de", "DE"),
        ("ROOT_COMMAND", "/our-crm", "/our-crm"),
        ("SLACK_API_URL", "http://127.0.0.1:3000/api", "http://127.0.0.1:3000/api/"),
        ("DATABASE_URL", "postgres://u:p@host/db", "postgres://u:p@host/db"),
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("ZONE", "Asia/Kolkata", "Asia/Kolkata"),
        ("ENCRYPTION_KEYS", f" {KEY} , {KEY},", f"{KEY},{KEY}"),
        ("PUBLIC_URL", "https://crm.example.com/", "https://crm.example.com"),
        ("LOG_FORMAT", "JSON", "json"),
    ],
)
def test_settings_are_understood_as_people_write_them(name: str, text: str, kept: str) -> None:
    assert getattr(load(TOKENS | {name: text}), name.lower()) == kept


@table("name", [each.name for each in fields(Settings)])
def test_every_setting_says_what_it_is_for_and_has_a_default_it_would_accept(name: str) -> None:
    setting = next(each for each in fields(Settings) if each.name == name)
    assert len(setting.metadata["help"]) > 10
    assert setting.default == "" or setting.metadata["check"](setting.default) == setting.default


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-file\nCURRENCY=GBP\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-environment")
    monkeypatch.setenv("CURRENCY", "NOK")
    settings = load()
    assert (settings.slack_bot_token, settings.slack_app_token) == ("xoxb-file", "xapp-environment")
    assert settings.currency == "NOK"


def test_a_workspace_keeps_the_settings_it_needs_and_no_token() -> None:
    kept = load(TOKENS | {"SALES_CHANNEL": "#deals"}).workspace
    assert kept["sales_channel"] == "#deals"
    assert not any("token" in name for name in kept)


# ── how Slack reaches us ──────────────────────────────────────────────────────────────────────────


def test_an_app_token_means_socket_mode_and_a_signing_secret_alone_http() -> None:
    assert (load(TOKENS).mode, load(TOKENS).port) == ("socket", None)
    assert (load(HTTP).mode, load(HTTP).port) == ("http", 3000)
    assert load(TOKENS | HTTP).mode == "socket"


def test_a_port_is_served_in_either_mode_where_it_is_set() -> None:
    assert load(TOKENS | {"HTTP_PORT": "8080"}).port == 8080
    assert load(HTTP | {"HTTP_PORT": "8080"}).port == 8080


def test_the_port_a_platform_sets_is_read_where_there_is_none_of_ours() -> None:
    assert load(HTTP | {"PORT": "5000"}).port == 5000
    assert load(HTTP | {"PORT": "5000", "HTTP_PORT": "8080"}).port == 8080


def test_nobody_is_served_from_outside_unless_that_is_said() -> None:
    assert load(HTTP).http_host == "127.0.0.1"


def test_workspaces_that_install_the_app_bring_their_own_tokens() -> None:
    settings = load(INSTALLS | {"SLACK_SIGNING_SECRET": "s1"})
    assert settings.installs
    assert not load(HTTP).installs


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "s1"}, "SLACK_BOT_TOKEN"),
        (INSTALLS, "SLACK_APP_TOKEN"),
        (HTTP | {"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET"),
        (HTTP | {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s2"}, "ENCRYPTION_KEYS"),
    ],
    ids=range(6),
)
def test_what_is_missing_is_named(given: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(given)
    assert str(refused.value).startswith(f"{missing} is missing. ")


@pytest.mark.parametrize(
    ("given", "reachable"), [({}, False), (TOKENS, True), (HTTP, True)], ids=range(3)
)
def test_whether_there_is_a_slack_to_start_with(given: dict[str, str], reachable: bool) -> None:
    assert load(given, needs_slack=False).reachable is reachable


def test_no_secret_is_shown_when_the_settings_are() -> None:
    shown = repr(load(TOKENS | HTTP | INSTALLS))
    assert not any(secret in shown for secret in ("xoxb-1", "xapp-1", "s1", "s2", KEY))
