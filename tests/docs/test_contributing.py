"""Adding an entity goes as CONTRIBUTING says: somebody follows it to the letter, in a copy of the
project.

By default the types of the copy are not checked, which takes as long as all the rest, and of the
tests of the whole only those are run that read tables, routes and documents. `RECIPE=whole` does
all of it.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.docs.generated import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPE = TEXT[TEXT.index("\n## Add an entity\n") : TEXT.index("\n## Add an entity, part two")]
BLOCK = re.compile(
    r"^```(?P<kind>python|diff) (?P<path>\S+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TARGET = r"^{}:.*\n((?:\t.*\n)+)"
"""What the Makefile does for a target."""
UNWANTED = (
    ".git",
    ".venv",
    "node_modules",
    "build",
    "*.egg-info",
    ".*_cache",
    "__pycache__",
    "*.db*",
    ".env",
)
SAY = """
import sys
from bot.__main__ import main
for line in sys.argv[1:]:
    main(["say", line], standalone_mode=False)
"""
SCOPES = """
import handlers.registry
from models.core.identity.rights import PRESETS, Preset, read
print(", ".join(f"{name} {read(PRESETS[name]).scope('asset', 'edit')}" for name in Preset))
"""
PROGRAMS = {
    "scopes": ["-c", SCOPES],
    "crm": ["-m", "bot"],
    "python": [],
    "say": ["-c", SAY],
    "pytest": ["-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-q"],
    "ruff": ["-m", "ruff"],
    "mypy": ["-m", "mypy"],
}
INSIDE = ("PYTEST", "DATABASE", "SLACK", "RECIPE", "PYTHONDONTWRITEBYTECODE")
"""What the commands must not know of this run; the first leaves its bytecode to the others."""
SERVER: dict[str, str] = {}
"""The PostgreSQL server of this run, which serves the tests of the copy as well."""
WHOLE = os.environ.get("RECIPE") == "whole"
LOOKING = (
    "tests/models/migrations/test_online.py",
    "tests/bot/test_manifest.py",
    "tests/docs/test_generated.py",
)
"""The tests that look at all tables, all routes and all documents, and need no database for it."""
TRYING = (
    "tests/models/migrations/test_row_level_security.py",
    "tests/models/migrations/test_migrations.py",
    "tests/models/core/test_isolation.py",
    "tests/models/core/permissions/test_visibility.py",
    "tests/models/core/search/test_seen.py",
    "tests/handlers/core/test_undecided.py",
    "tests/handlers/core/test_isolation.py",
    "tests/test_architecture.py",
    "tests/docs",
)
"""Those that try all tables and all migrations out, or read everything."""


def patched(source: str, diff: str) -> str:
    """The source with the lines that a diff adds; what stands around them must be there, once."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] == " ")
    assert source.count(before) == 1, before
    return source.replace(before, "".join(line[1:] for line in lines))


def run(command: str, folder: Path, *more: str, code: int = 0) -> str:
    """What a command of the document prints, run in the copy; it must end with this code."""
    program, *arguments = command.split()
    outside = {name: text for name, text in os.environ.items() if not name.startswith(INSIDE)}
    outside["PYTEST_XDIST_WORKER"] = (
        "recipe"  # its databases are called so, beside those of this run
    )
    outside |= SERVER
    line = [sys.executable, *PROGRAMS[program], *arguments, *more]
    done = subprocess.run(
        line, cwd=folder, env=outside, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def make(target: str, folder: Path) -> None:
    """Do what `make` does for a target, with the Python of this run in place of the .venv of the
    project.
    """
    found = re.search(
        TARGET.format(target), (folder / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found, f"there is no `make {target}`"
    for line in found[1].splitlines():
        if "$(COMPILE)" not in line:
            run(
                line.strip().removeprefix("@").removeprefix("$(BIN)/").replace("$(ARGS)", ""),
                folder,
            )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, server: URL) -> Path:
    """The project in which somebody has followed the recipe: its code, then its commands, in their
    order.
    """
    SERVER["TEST_DATABASE_URL"] = server.render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp("recipe") / "project"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*UNWANTED))
    for block in BLOCK.finditer(RECIPE):
        path = folder / block["path"]
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(
            patched(old, block["code"]) if block["kind"] == "diff" else block["code"],
            encoding="utf-8",
        )
    (commands,) = SHELL.findall(RECIPE)
    for command in commands.splitlines():
        program, *words = command.removeprefix(".venv/bin/").split()
        if program == "make":
            for target in words if WHOLE else [word for word in words if word != "types"]:
                make(target, folder)
        else:
            run(" ".join([program, *words]), folder)
    return folder


def test_the_recipe_ends_with_tests_that_pass_in_a_style_that_is_kept(copy: Path) -> None:
    """Its commands have run: they must have been these."""
    (commands,) = SHELL.findall(RECIPE)
    tried = [line.removeprefix(".venv/bin/").split()[0] for line in commands.splitlines()]
    assert tried == ["crm", "make", "pytest", "make"]
    assert "### Asset" in (copy / "docs/data-model.md").read_text(encoding="utf-8")


def test_what_the_recipe_makes_passes_the_tests_of_the_whole(copy: Path) -> None:
    tests = (*LOOKING, *TRYING) if WHOLE else LOOKING
    said = run(f"pytest {' '.join(tests)}", copy, "--ignore", "tests/docs/test_contributing.py")
    assert int(re.findall(r"(\d+) passed", said)[0]) >= (150 if WHOLE else 40), said


def test_the_migration_guards_its_table_and_people_can_use_it(copy: Path) -> None:
    written = next((copy / "models/migrations/versions").glob("*_assets.py")).read_text("utf-8")
    assert written.count("op.create_table") == written.count('isolate("asset")') == 1
    lines = (
        'asset new "Loom sensor" sn=A-17 warranty=+1y',
        "help asset",
        "asset set AS-1 installed=+2y",
    )
    said = run("say", copy, *lines, code=1)
    assert said.startswith("Created AS-1 Loom sensor\n")
    assert "`/crm asset new`" in said
    assert said.splitlines()[-1].startswith("The warranty cannot end before")


def test_who_may_change_its_records_is_what_the_document_says(copy: Path) -> None:
    told = " ".join(RECIPE.split())
    assert (
        "until you give it a line of its own in `models/core/identity/rights.py`: reps change their own, senior reps"
        in told
    )
    assert (
        "their team's, managers and admins all of them; support, marketing, executives and the privacy"
        in told
    )
    scopes = dict(each.rsplit(" ", 1) for each in run("scopes", copy).strip().split(", "))
    assert {name: scope for name, scope in scopes.items() if scope != "none"} == {
        "rep": "own",
        "senior rep": "team",
        "manager": "all",
        "admin": "all",
    }


def test_a_diff_that_does_not_fit_is_noticed() -> None:
    assert patched("a\nb\n", " a\n+x\n b\n") == "a\nx\nb\n"
    with pytest.raises(AssertionError):
        patched("a\nc\n", " a\n+x\n b\n")
