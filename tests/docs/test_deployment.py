"""The files people deploy with name commands, settings and files that there are."""

import re
import shlex
from dataclasses import fields
from typing import Any

import pytest
import yaml

from bot.cli import main
from bot.config import Settings
from models.core.database import CONNECTIONS, OVERFLOW
from tests.processes import ROOT

SETTINGS = {each.name.upper() for each in fields(Settings)}
OF_OTHERS = {"PATH", "PYTHON", "POSTGRES_USER", "POSTGRES_PASSWORD"}


NEEDED = CONNECTIONS + OVERFLOW
"""Connections of a replica, at most."""


def text(name: str) -> str:
    return (ROOT / name).read_text()


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(text("compose.yaml")))


def is_command(words: list[str]) -> bool:
    """Whether `crm` knows these words."""
    group: Any = main
    for word in words[1:]:
        group = group.commands.get(word)
        if group is None:
            return False
    return words[0].rpartition("/")[2] == "crm"


def commands() -> list[list[str]]:
    """Every `crm …` of the files."""
    image = re.findall(r'^CMD (\[.*\])$', text("Dockerfile"), re.MULTILINE)
    found = [yaml.safe_load(each) for each in image]
    found += [started(shlex.split(line.partition(":")[2])) for line in text("Procfile").splitlines()]
    unit = re.findall(r"^ExecStart=(.*)$", text("docs/rapport.service"), re.MULTILINE)
    found += [shlex.split(start) for start in unit]
    return found + [part["command"] for part in ours().values() if "command" in part]


def ours() -> dict[str, Any]:
    """The services that run Rapport."""
    return {name: part for name, part in compose()["services"].items() if part["image"] == "rapport-crm"}


def started(words: list[str]) -> list[str]:
    """Without the settings that `env` gives to a command."""
    return [word for word in words if word != "env" and "=" not in word]


def test_every_command_is_one_of_crm() -> None:
    assert len(commands()) == 5
    assert [words for words in commands() if not is_command(words)] == []


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "docs/rapport.service"])
def test_every_variable_is_a_setting(name: str) -> None:
    told = re.sub(r"^\s*#.*$", "", text(name), flags=re.MULTILINE)
    assigned = re.findall(r"(?:^|[\s{=])([A-Z][A-Z_]+)(?:=|: )", told, re.MULTILINE)
    known = [word for word in assigned if word in SETTINGS]
    assert known
    assert {word for word in assigned if word not in SETTINGS} <= OF_OTHERS | {"CMD"}


def test_what_the_image_needs_is_sent_to_the_builder() -> None:
    sent = {line[1:].removesuffix("/**") for line in text(".dockerignore").splitlines() if line.startswith("!")}
    assert {"bot", "handlers", "models", "pyproject.toml", "constraints.txt"} <= sent
    assert all((ROOT / name).exists() for name in sent)


def test_nobody_in_the_containers_is_root_and_nothing_is_open_to_the_world() -> None:
    assert "\nUSER rapport\n" in text("Dockerfile")
    for name, service in compose()["services"].items():
        assert "ports" not in service, name


def test_replicas_wait_for_the_upgrade_and_get_time_to_finish() -> None:
    replica = compose()["services"]["replica"]
    assert replica["deploy"]["replicas"] == 2
    assert replica["depends_on"]["upgrade"] == {"condition": "service_completed_successfully"}
    assert replica["stop_grace_period"] == "30s"
    assert "TimeoutStopSec=30" in text("docs/rapport.service")


def test_a_platform_reaches_what_the_procfile_starts() -> None:
    """There a port of its own choice is asked for from outside."""
    assert "web: env HTTP_HOST=0.0.0.0 " in text("Procfile")


def test_the_database_has_room_for_more_replicas_than_there_are() -> None:
    most = int(compose()["services"]["postgres"]["command"][-1].removeprefix("max_connections="))
    assert most > 2 * compose()["services"]["replica"]["deploy"]["replicas"] * NEEDED


def test_the_upgrade_waits_for_the_server_that_stays() -> None:
    """The one that makes the role, the first time, is reached through a socket file only."""
    assert "--host" in compose()["services"]["postgres"]["healthcheck"]["test"]
