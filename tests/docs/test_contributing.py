"""Adding an entity goes as CONTRIBUTING says: its code, put into a copy of the project, works there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.generated import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?P<kind>python|diff) (?P<path>\S+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = re.compile(r"^\.venv/bin/(crm db revision .+|pytest .+ -k .+)$", re.MULTILINE)
COPIED = ("bot", "handlers", "models", "tests", "pyproject.toml", "manifest.yaml")
SAY = """
import sys
from bot.__main__ import main
for line in sys.argv[1:]:
    main(["say", line], standalone_mode=False)
"""
PROGRAMS = {
    "crm": ["-m", "bot"],
    "say": ["-c", SAY],
    "pytest": ["-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-q"],
}
INSIDE = ("PYTEST", "DATABASE", "SLACK", "PYTHONDONTWRITEBYTECODE")
"""What the commands must not know of this run; the first leaves its bytecode to the others."""


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
    line = [sys.executable, *PROGRAMS[program], *arguments, *more]
    done = subprocess.run(line, cwd=folder, env=outside, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the code blocks of the document in it and its migration written."""
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        if (ROOT / name).is_dir():
            unwanted = shutil.ignore_patterns("node_modules", "static", "ui", "browser", "bench")
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        else:
            shutil.copy2(ROOT / name, folder / name)
    for block in BLOCK.finditer(TEXT):
        path = folder / block["path"]
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(patched(old, block["code"]) if block["kind"] == "diff" else block["code"], encoding="utf-8")
    revise, _ = COMMANDS.findall(TEXT)
    run(revise, folder)
    return folder


def test_the_new_entity_passes_the_tests_of_every_entity(copy: Path) -> None:
    _, try_it = COMMANDS.findall(TEXT)
    command, _, word = try_it.rpartition(" -k ")
    said = run(command, copy, "-k", f"{word} and not postgres")
    assert int(re.findall(r"(\d+) passed", said)[0]) >= 5, said


def test_the_migration_makes_its_table_and_people_can_use_it(copy: Path) -> None:
    assert "op.create_table" in next((copy / "models/migrations/versions").glob("*_assets.py")).read_text("utf-8")
    lines = ('asset new "Loom sensor" sn=A-17 warranty=+1y', "help asset", "asset set AS-1 installed=+2y")
    said = run("say", copy, *lines, code=1)
    assert said.startswith("Created AS-1 Loom sensor\n")
    assert "`/crm asset new`" in said
    assert said.splitlines()[-1].startswith("The warranty cannot end before")


def test_a_diff_that_does_not_fit_is_noticed() -> None:
    assert patched("a\nb\n", " a\n+x\n b\n") == "a\nx\nb\n"
    with pytest.raises(AssertionError):
        patched("a\nc\n", " a\n+x\n b\n")
