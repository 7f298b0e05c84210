"""Settings: one frozen object from the environment and `.env`.

A wrong setting stops the start with a sentence.
"""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from bot.outside import Allowed


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which, why, and where to get a right one."""


def setting(
    default: str,
    help: str,
    check: Callable[[str], str] = str,
    *,
    needed: bool = False,
    secret: bool = False,
    also: str = "",
) -> Any:
    """Return the field of a setting.

    Args:
        default: The value where it is not set.
        help: What it is for.
        check: Returns the checked value, or raises ValueError.
        needed: Whether it is needed to start with Slack.
        secret: Whether it is never shown.
        also: A variable that is read where its own is not set.
    """
    about = {"help": help, "check": check, "needed": needed, "also": also}
    return field(default=default, repr=not secret, metadata=about)


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


def public_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("it is not a URL. Try https://crm.example.com")
    return text.rstrip("/")


def database(text: str) -> str:
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError(
            "it is no database URL. Try sqlite:///rapport.db or postgresql://user:password@host/name"
        )
    return text


def fernet_keys(text: str) -> str:
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for key in keys:
        try:
            fits = len(base64.urlsafe_b64decode(key)) == 32
        except (binascii.Error, ValueError):
            fits = False
        if not fits:
            raise ValueError("it is no list of keys separated by commas. Make a key with: crm key")
    return ",".join(keys)


def port(text: str) -> str:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise ValueError("it is no port. Try 3000")
    return text


def one_of(*words: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"it is none of {', '.join(words)}")
        return text.lower()

    return check


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


def hosts(text: str) -> str:
    Allowed.read(text)
    return text


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
        "",
        "The bot's token: api.slack.com/apps → your app → OAuth & Permissions → Bot User OAuth Token",
        token("xoxb-", f"{APPS} → your app → OAuth & Permissions"),
        needed=True,
        secret=True,
    )
    slack_app_token: str = setting(
        "",
        "The token for Socket Mode: api.slack.com/apps → your app → Basic Information → App-Level Tokens",
        token("xapp-", f"{APPS} → your app → Basic Information → App-Level Tokens"),
        needed=True,
        secret=True,
    )
    slack_signing_secret: str = setting(
        "",
        "For HTTP in place of Socket Mode: api.slack.com/apps → your app → Basic Information → Signing Secret",
        secret=True,
    )
    slack_client_id: str = setting(
        "",
        "To be installed in many workspaces: api.slack.com/apps → your app → Basic Information → Client ID",
    )
    slack_client_secret: str = setting(
        "",
        "Beside SLACK_CLIENT_ID: api.slack.com/apps → your app → Basic Information → Client Secret",
        secret=True,
    )
    encryption_keys: str = setting(
        "",
        "Keys that encrypt tokens and sign the audit trail: the first writes, all read (crm key; commas between)",
        fernet_keys,
        secret=True,
    )
    public_url: str = setting(
        "", "Where the bot is reached from outside, such as https://crm.example.com", public_url
    )
    http_host: str = setting(
        "127.0.0.1", "The address HTTP is served on; 0.0.0.0 for every one there is"
    )
    http_port: str = setting(
        "",
        "The port HTTP is served on: 3000 in HTTP mode; in Socket Mode none, and for health only when set",
        port,
        also="PORT",
    )
    slack_api_url: str = setting("", "Where the Web API is, when it is not Slack's own", url)
    database_url: str = setting(
        "sqlite:///rapport.db", "Where the CRM is kept: SQLite or PostgreSQL", database, secret=True
    )
    new_database_url: str = setting("", "Where `crm db copy` copies it to", database, secret=True)
    root_command: str = setting(
        "/crm", "The name of the root command, as in the app's manifest", command
    )
    sales_channel: str = setting("#sales", "The channel where leads and deals stand")
    support_channel: str = setting("#support", "The channel where cases stand")
    digest_at: str = setting(
        "08:30", "When managers get their digest, in their own time", time_of_day
    )
    remind_at: str = setting("09:00", "When the channels are told what is due", time_of_day)
    zone: str = setting(
        "UTC", "The time zone of the channels; people have their own in Slack", zone
    )
    currency: str = setting("USD", "The currency of amounts typed without one", letters(3, "EUR"))
    region: str = setting(
        "US", "The country of telephone numbers typed without a code", letters(2, "DE")
    )
    webhook_hosts: str = setting(
        "",
        "Hosts and networks inside your own network that webhooks may reach, such as 10.1.0.0/16",
        hosts,
    )
    log_level: str = setting("INFO", f"How much is logged: {', '.join(LEVELS)}", level)
    log_format: str = setting(
        "text", "How it is logged: text, or json for machines", one_of("text", "json")
    )

    @property
    def mode(self) -> str:
        """Return how Slack reaches the bot: socket or http."""
        return "http" if self.slack_signing_secret and not self.slack_app_token else "socket"

    @property
    def port(self) -> int | None:
        """Return the port of HTTP; None where nothing is served."""
        return int(self.http_port) if self.http_port else 3000 if self.mode == "http" else None

    @property
    def installs(self) -> bool:
        """Return whether other workspaces can install the app."""
        return bool(self.slack_client_id and self.slack_client_secret and self.encryption_keys)

    @property
    def reachable(self) -> bool:
        """Return whether there is anything to connect to Slack with."""
        return bool(self.slack_bot_token or self.slack_app_token or self.slack_signing_secret)

    @property
    def workspace(self) -> dict[str, str]:
        """Return the settings that are kept with the workspace."""
        names = (
            "sales_channel",
            "support_channel",
            "digest_at",
            "remind_at",
            "zone",
            "currency",
            "region",
        )
        return {name: getattr(self, name) for name in names}


def load(environment: Mapping[str, str | None] | None = None, needs_slack: bool = True) -> Settings:
    """Return the settings of the environment, over those of `.env`.

    Args:
        environment: The variables; None for those of the process and of `.env`.
        needs_slack: Whether the tokens must be there.

    Raises:
        SettingsError: It names the setting, what is wrong, and where to get it.
    """
    given = {**dotenv_values(Path(".env")), **os.environ} if environment is None else environment
    values: dict[str, str] = {}
    for each in fields(Settings):
        name = each.name.upper()
        text = (given.get(name) or given.get(each.metadata["also"]) or "").strip()
        if not text:
            continue
        try:
            values[each.name] = each.metadata["check"](text)
        except ValueError as error:
            raise SettingsError(f"{name} is wrong: {error}.") from None
    settings = Settings(**values)
    if needs_slack and (missing := lacking(settings)):
        help = next(each.metadata["help"] for each in fields(Settings) if each.name == missing)
        raise SettingsError(
            f"{missing.upper()} is missing. {help}. Put it into .env or the environment."
        )
    return settings


def lacking(settings: Settings) -> str:
    """Return the setting without which the bot can do nothing in Slack; "" where all are there.

    A token is needed, unless workspaces bring theirs when they install the app; and a way in,
    socket or HTTP.
    """
    begun = bool(settings.slack_client_id)
    if begun and not settings.slack_client_secret:
        return "slack_client_secret"
    if begun and not settings.encryption_keys:
        return "encryption_keys"
    if not settings.slack_bot_token and not settings.installs:
        return "slack_bot_token"
    if not settings.slack_app_token and not settings.slack_signing_secret:
        return "slack_app_token"
    return ""
