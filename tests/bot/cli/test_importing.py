"""Files that come in and are taken back, as whoever runs Rapport types it."""

from pathlib import Path

import pytest

from models.core.history import undo
from tests.bot.conftest import Crm


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    file = tmp_path / "accounts.csv"
    file.write_text("Id,Name,Website\n1,Lark,lark.example\n2,Wren,Yes\n")
    return file


def test_an_import_is_undone_redone_and_brought_again(
    crm: Crm, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "MOST", 2)
    done = crm("import", "accounts", str(accounts))
    assert (done.exit_code, "2 new" in done.output) == (0, True)
    assert "Domain 1 × (such as “Yes”)" in done.output
    assert "in a terminal" in crm("say", "undo").output
    done = crm("undo")
    assert (done.exit_code, "Undone: 2 records." in done.output) == (0, True)
    assert "Lark" not in crm("say", "account list").output
    assert "Done again: 2 records." in crm("redo").output
    assert "Lark" in crm("say", "account list").output
    assert "Undone: 2 records." in crm("undo").output
    assert "2 changed" in crm("import", "accounts", str(accounts)).output
    assert "Lark" in crm("say", "account list").output


def test_there_may_be_nothing_to_undo(crm: Crm) -> None:
    done = crm("undo")
    assert (done.exit_code, done.output) == (1, "There is nothing to undo.\n")


def test_what_was_typed_is_undone_as_well(crm: Crm) -> None:
    crm("say", "lead new Ada")
    assert "Undone: 1 records." in crm("undo").output
    assert "Ada" not in crm("say", "lead list").output
