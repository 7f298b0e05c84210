"""The commands that keep the database, as whoever runs Rapport types them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli.run import main
from bot.config import load
from models.maintenance import schema
from tests.bot.conftest import Crm


def test_a_backup_is_restored(crm: Crm, tmp_path: Path) -> None:
    crm("say", "lead new Ada")
    made = crm("backup", "kept.backup")
    assert (made.exit_code, made.output.endswith("bytes, checked.\n")) == (0, True)
    crm("say", "lead new Grace")
    done = crm("restore", "kept.backup")
    assert (done.exit_code, done.output.splitlines()[0]) == (
        0,
        "The database is again what kept.backup holds.",
    )
    assert "Grace" not in crm("say", "lead list").output
    (aside,) = tmp_path.glob("rapport.db.before-*")
    assert f"What was there before is in {aside.name}." in done.output


def test_backups_without_a_name_are_called_by_the_time_and_old_ones_go(
    crm: Crm, tmp_path: Path
) -> None:
    crm("say", "lead new Ada")
    for old in (
        "rapport-20250101-000000.backup",
        "rapport-20250102-000000.backup",
        "rapport-final.backup",
    ):
        (tmp_path / old).touch()
    said = crm("backup", "--keep", "2").output
    assert "Deleted rapport-20250101-000000.backup\n" in said
    left = sorted(path.name for path in tmp_path.glob("*.backup"))
    assert left[0] == "rapport-20250102-000000.backup"
    assert len(left) == 3


def test_a_backup_of_nothing_is_refused(crm: Crm) -> None:
    done = crm("backup", "kept.backup")
    assert (done.exit_code, done.output) == (1, "There is no database rapport.db yet.\n")


def test_a_database_is_copied_with_its_progress_shown(crm: Crm, tmp_path: Path) -> None:
    crm("say", "lead new Ada")
    done = crm("db", "copy", "sqlite:///rapport.db", "sqlite:///other.db")
    assert done.exit_code == 0
    assert "lead: 1 of 1\n" in done.output
    assert "tables, counted and compared. Now set DATABASE_URL to the new one.\n" in done.output
    assert "Ada" in crm("say", "lead list", DATABASE_URL="sqlite:///other.db").output
    again = crm("db", "copy", "sqlite:///rapport.db", "sqlite:///other.db")
    assert (again.exit_code, "The target is not empty" in again.output) == (1, True)


def test_what_is_no_database_url_is_not_copied(crm: Crm) -> None:
    done = crm("db", "copy", "rapport.db", "oracle://host/x")
    assert done.exit_code == 1
    assert done.output.startswith("rapport.db: it is no database URL.")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "sqlite:///nowhere/crm.db",
            "The file of the database cannot be opened or made. Does its folder exist",
        ),
        ("sqlite:///diary.txt", "The file DATABASE_URL names is no database."),
        ("postgresql://u:p@127.0.0.1:1/x", "The database cannot be reached. Does it run"),
        ("postgresql://u:p@host:port/x", "The database URL is wrong."),
    ],
)
def test_a_database_that_cannot_be_used_ends_the_command_with_a_sentence(
    crm: Crm, tmp_path: Path, url: str, sentence: str
) -> None:
    (tmp_path / "diary.txt").write_text("Dear diary, " * 1000)
    for words in (["say", "help"], ["db", "current"], ["db", "upgrade"]):
        done = crm(*words, DATABASE_URL=url)
        assert done.exit_code == 1
        assert done.output.startswith(sentence)
        assert "Traceback" not in done.output
    assert (tmp_path / "diary.txt").read_text().startswith("Dear diary")


def test_where_the_database_stands_is_said(crm: Crm) -> None:
    assert crm("db", "current").output == f"nothing of {schema.head()}\n"
    assert crm("db", "upgrade").output == f"The database stands at {schema.head()}.\n"


def test_a_copy_goes_from_the_one_database_of_the_settings_to_the_other(crm: Crm) -> None:
    crm("say", "lead new Ada")
    assert crm("db", "copy").output.startswith(
        "Where to? Set NEW_DATABASE_URL in .env or the environment"
    )
    assert "counted and compared" in crm("db", "copy", NEW_DATABASE_URL="sqlite:///first.db").output
    assert "counted and compared" in crm("db", "copy", "sqlite:///second.db").output
    for name in ("first", "second"):
        assert "Ada" in crm("say", "lead list", DATABASE_URL=f"sqlite:///{name}.db").output
    assert crm("db", "copy", "a", "b", "c").output.startswith("Name two databases at most")


def test_a_url_is_typed_where_nobody_sees_it(crm: Crm) -> None:
    crm("say", "lead new Ada")
    done = CliRunner().invoke(
        main, ["db", "copy", "-", "-"], input="sqlite:///rapport.db\nsqlite:///other.db\n"
    )
    assert "counted and compared" in done.output
    done = CliRunner().invoke(
        main, ["db", "copy", "-"], input="mysql://u:s3cret@host/x?password=s3cret\n"
    )
    assert (done.exit_code, "it is no database URL" in done.output) == (1, True)
    assert "s3cret" not in done.output.replace("mysql://u:s3cret@host/x?password=s3cret", "")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@host/x",
        "postgres://:s3cret@/x",
        "postgresql:///x?user=u&password=s3cret",
    ],
)
@pytest.mark.parametrize(
    "words", [["db", "copy", "sqlite:///rapport.db"], ["db", "copy"], ["sandbox", "--database"]]
)
def test_no_password_is_taken_in_a_command_line(crm: Crm, words: list[str], url: str) -> None:
    done = crm(*words, url)
    assert done.exit_code == 1
    assert done.output.startswith(
        "Everybody on this machine can read the password in the line of a command. Put"
    )
    assert "s3cret" not in done.output


def test_no_setting_with_a_password_is_shown() -> None:
    urls = dict.fromkeys(("DATABASE_URL", "NEW_DATABASE_URL"), "postgresql://u:s3cret@host/x")
    shown = repr(load(urls, needs_slack=False))
    assert "s3cret" not in shown
