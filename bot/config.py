"""Settings: one frozen object from the environment and `.env`; a wrong one stops the start with a sentence."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dotenv import dotenv_values


class SettingsError(Exception):
    """Which setting is missing or wrong, why, and where to get a right one."""


def setting(default: str, help: str, check: Callable[[str], str] = str, needed: bool = False) -> Any:
    return field(default=default, metadata={"help": help, "check": check, "needed": needed})


def token(prefix: str, where: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not text.startswith(prefix):
            raise ValueError(f"it does not begin with {prefix}. Copy it from {where}")
        return text

    return check


def url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("it is not a URL. Leave it out to talk to Slack itself")
    return text.rstrip("/") + "/"


def database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("it is no database URL. Try sqlite:///rapport.db or postgresql://user:password@host/name")
    return text


def time_of_day(text: str) -> str:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise ValueError("it is no time of the day. Try 08:30")
    return f"{int(hours):02}:{int(minutes):02}"


def letters(count: int, example: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) != count or not text.isalpha() or not text.isascii():
            raise ValueError(f"it is not a code of {count} letters. Try {example}")
        return text.upper()

    return check


def zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (LookupError, ValueError, OSError):
        raise ValueError("it is no time zone. Try Europe/Berlin") from None


def level(text: str) -> str:
    if text.upper() not in LEVELS:
        raise ValueError(f"it is none of {', '.join(LEVELS)}")
    return text.upper()


def command(text: str) -> str:
    if not text.startswith("/") or not text[1:].replace("-", "").isalnum() or not text.islower():
        raise ValueError("it is no command name. Try /crm")
    return text


APPS = "https://api.slack.com/apps"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Settings:
    """Everything that can be set; every name is an environment variable in capitals."""

    slack_bot_token: str = setting(
        "", "The bot's token: api.slack.com/apps → your app → OAuth & Permissions → Bot User OAuth Token",
        token("xoxb-", f"{APPS} → your app → OAuth & Permissions"), needed=True,
    )  # fmt: skip
    slack_app_token: str = setting(
        "", "The token for Socket Mode: api.slack.com/apps → your app → Basic Information → App-Level Tokens",
        token("xapp-", f"{APPS} → your app → Basic Information → App-Level Tokens"), needed=True,
    )  # fmt: skip
    slack_api_url: str = setting("", "Where the Web API is, when it is not Slack's own", url)
    database_url: str = setting("sqlite:///rapport.db", "Where the CRM is kept: SQLite or PostgreSQL", database)
    root_command: str = setting("/crm", "The name of the root command, as in the app's manifest", command)
    sales_channel: str = setting("#sales", "The channel where leads and deals stand")
    support_channel: str = setting("#support", "The channel where cases stand")
    digest_at: str = setting("08:30", "When managers get their digest, in their own time", time_of_day)
    remind_at: str = setting("09:00", "When the channels are told what is due", time_of_day)
    zone: str = setting("UTC", "The time zone of the channels; people have their own in Slack", zone)
    currency: str = setting("USD", "The currency of amounts typed without one", letters(3, "EUR"))
    region: str = setting("US", "The country of telephone numbers typed without a code", letters(2, "DE"))
    log_level: str = setting("INFO", f"How much is logged: {', '.join(LEVELS)}", level)

    @property
    def workspace(self) -> dict[str, str]:
        """The settings that are kept with the workspace."""
        names = ("sales_channel", "support_channel", "digest_at", "remind_at", "zone", "currency", "region")
        return {name: getattr(self, name) for name in names}


def load(environment: Mapping[str, str | None] | None = None, needs_slack: bool = True) -> Settings:
    """The settings of the environment, over those of `.env`.

    needs_slack: whether the tokens must be there. SettingsError names the setting, what is wrong, and where to get it.
    """
    given = {**dotenv_values(Path(".env")), **os.environ} if environment is None else environment
    values: dict[str, str] = {}
    for each in fields(Settings):
        name = each.name.upper()
        text = (given.get(name) or "").strip()
        if not text:
            if each.metadata["needed"] and needs_slack:
                raise SettingsError(f"{name} is missing. {each.metadata['help']}. Put it into .env or the environment.")
            continue
        try:
            values[each.name] = each.metadata["check"](text)
        except ValueError as error:
            raise SettingsError(f"{name} is wrong: {error}.") from None
    return Settings(**values)
