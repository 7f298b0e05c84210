"""python -m tests.chaos.mutations: break the bot on purpose, one way after the other, and see that
a scenario notices.

Each is made in a copy of the sources, where its scenario is played in its quick form and has to end
red.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.processes import ROOT, environment

COPIED = ("bot", "handlers", "models", "tests", "pyproject.toml", "manifest.yaml")
LONGEST = 900
"""Seconds a quick scenario may take."""


@dataclass(frozen=True)
class Mutation:
    """What is broken. edits: (file, what stands there once, what then stands there) · scenario: the
    one that notices · database: where it is played · seen: words of the evidence.
    """

    name: str
    scenario: str
    edits: tuple[tuple[str, str, str], ...]
    seen: str
    database: str = "sqlite"

    def apply(self, root: Path) -> None:
        """Break the sources in this folder. ValueError where they are not what they were."""
        for file, old, new in self.edits:
            source = (root / file).read_text()
            found = list(code(old).finditer(source))
            if len(found) != 1:
                raise ValueError(f"{self.name}: {old!r} stands {len(found)} times in {file}")
            start, end = found[0].span()
            (root / file).write_text(source[:start] + new.strip() + source[end:])


def code(text: str) -> re.Pattern[str]:
    """Where some code stands, however the formatter breaks it into lines."""
    tokens = re.findall(r"\w+|[^\w\s]", text)
    closing = {")": r",?\s*\)", "]": r",?\s*\]", "}": r",?\s*\}"}
    return re.compile(r"\s*".join(closing.get(token, re.escape(token)) for token in tokens))


CARRYING, DELIVERY, OUTLET = (
    "bot/delivery/worker.py",
    "bot/delivery/dispatcher.py",
    "bot/slack/gateway.py",
)
OUTBOX, WORK = "models/core/outbox/delivery.py", "models/core/unit_of_work.py"
POST = "ts = outlet.post(channel, delivery.thread, with_files(outlet, channel, drawn.message), key)"
FOUND = "if doubtful and (arrival := self.found(outlet, delivery, channel, key)):"
BUSY = (
    'act.surface, error.__cause__)\n            return "busy", partial(answer.refused, str(error))'
)
LIMITED = "return DeliveryResult(delivery, partial(results.put_back, pause=error.pause)"
DREAMT = "dreamt = [row.workspace == work.workspace.id,"

MUTATIONS = (
    Mutation(
        "two replicas work on one cause of a rule",
        "rules",
        (
            (
                "models/automation/runner.py",
                "run = work.session.scalar(waiting.with_for_update(skip_locked=True))\n"
                "    if run is None:\n        return False",
                "run = work.session.scalar(waiting)\n    if run is None:\n        return False",
            ),
        ),
        "doubled: the rule fired",
        database="postgres",
    ),
    Mutation(
        "no record gets a card",
        "slack",
        (
            (
                WORK,
                "        if channel := stored.posted_in(self.workspace):\n",
                "        if stored.channel and not stored.channel:\n",
            ),
        ),
        "the card of",
    ),
    Mutation(
        "what Slack has no time for is dropped",
        "slack",
        ((CARRYING, LIMITED, 'return DeliveryResult(delivery, partial(results.drop, why="busy")'),),
        "was dropped: busy",
    ),
    Mutation(
        "nothing is told in threads",
        "stop",
        (
            (
                OUTBOX,
                '    deliver(work, "event", CARDS, key, about=about, **subject)\n',
                "    return\n",
            ),
        ),
        "in the thread of",
    ),
    Mutation(
        "answers come twice",
        "stop",
        (
            (
                "handlers/core/responder.py",
                "self.client.chat_postEphemeral(channel=channel, user=person, text=text, blocks=drawn, thread_ts=thread)",
                "[self.client.chat_postEphemeral(channel=channel, user=person, text=text, blocks=drawn) for _ in range(2)]",
            ),
        ),
        "came 2 times",
    ),
    Mutation(
        "cards are not drawn anew",
        "stop",
        (
            (
                OUTBOX,
                "    work.session.connection().execute(\n        redrawing(",
                "    _ = (\n        redrawing(",
            ),
        ),
        "does not show",
    ),
    Mutation(
        "what may have been posted is not looked for",
        "kill",
        ((CARRYING, FOUND, FOUND.replace("doubtful", "not key")),),
        " 2 times",
    ),
    Mutation(
        "the seal of an entry is not its hash",
        "due",
        (("models/core/audit/chain.py", '"hash": last})', '"hash": last[::-1]})'),),
        "the trail:",
    ),
    Mutation(
        "something counts as sent and was not posted",
        "storm",
        ((CARRYING, POST, f'{POST} if delivery.id % 3 else "1.000001"'),),
        "lost: ",
    ),
    Mutation(
        "some things are posted twice",
        "gone",
        ((CARRYING, POST, f"{POST}\n        {POST} if delivery.id % 5 == 0 else ts"),),
        "was posted 2 times",
    ),
    Mutation(
        "people wait for a database that is away",
        "gone",
        (
            ("models/core/db/deadline.py", "STATEMENT = 2.0", "STATEMENT = 20.0"),
            ("models/core/db/deadline.py", "PERSON = 2.5", "PERSON = 25.0"),
        ),
        "acknowledgement within",
    ),
    Mutation(
        "who does something twice did it twice",
        "twice",
        (
            (
                "handlers/core/dispatcher.py",
                "if key and not work.once(key):",
                "if key and not (work.once(key) or key):",
            ),
        ),
        "effects",
    ),
    Mutation(
        "lists follow nothing",
        "twice",
        (
            (
                "models/core/outbox/reposting.py",
                "    insert_all(work, ListSubscription, [",
                "    list([",
            ),
        ),
        "a reminder says of",
    ),
    Mutation(
        "some changes leave no trail",
        "http",
        (
            (
                "models/core/audit/entries.py",
                "for name, (old, new) in changes.items():",
                "for name, (old, new) in list(changes.items())[: len(changes) - len(rows) % 2]:",
            ),
        ),
        "by the trail",
    ),
    Mutation(
        "where it stands is not written down",
        "off",
        (
            (
                "models/core/outbox/arrivals.py",
                '"sent_at": work.now, "ts": ts,',
                '"sent_at": work.now, "ts": None,',
            ),
        ),
        "is not in Slack",
    ),
    Mutation(
        "what is sent again is not",
        "archive",
        (
            (
                "models/core/outbox/results.py",
                "statement = update(Delivery).where(REFUSED).values(**again)",
                "statement = update(Delivery).where(REFUSED, Delivery.id < 0).values(**again)",
            ),
        ),
        "is refused",
    ),
    Mutation(
        "a revoked token is the message's fault",
        "token",
        ((CARRYING, "if error in UNTRUSTED:", "if error == UNTRUSTED:"),),
        "is refused",
    ),
    Mutation(
        "after a restore nothing is in doubt",
        "restore",
        (
            ("models/maintenance/backup.py", "AND kind <> 'redraw'\"", "AND kind = 'nothing'\""),
            (CARRYING, POST, f"time.sleep(0.2)\n        {POST}"),
        ),
        "posted 2 times",
    ),
    Mutation(
        "what a wrong clock put off waits",
        "jump",
        (("models/core/outbox/queue.py", DREAMT, f"{DREAMT} row.id < 0,"),),
        "is waiting",
    ),
    Mutation(
        "a full disk is told as a success",
        "full",
        (("handlers/core/dispatcher.py", BUSY, BUSY.replace("str(error)", '"Created"')),),
        "was promised and is not there",
    ),
    Mutation(
        "some commits are none",
        "contention",
        (
            (
                WORK,
                "session.flush()\n                    saving = True",
                "session.flush()\n                    saving = random.random() < 0.9 or session.rollback()",
            ),
        ),
        "were written and",
    ),
    Mutation(
        "who goes on with a task leaves some of it out",
        "background",
        (
            (
                "models/core/background/queue.py",
                "task.claims, task.claimed_until = task.claims + 1, work.now + LEASE",
                "task.claims, task.claimed_until = task.claims + 1, work.now + LEASE\n"
                "        task.cursor += 5 * bool(task.done)",
            ),
        ),
        "was not changed",
    ),
    Mutation(
        "every other day is left out",
        "zones",
        (("models/core/schedule.py", "        day -= DAY\n", "        day -= DAY * 2\n"),),
        "zones",
    ),
)


@contextmanager
def broken(mutation: Mutation) -> Iterator[Path]:
    """A folder with the sources, broken."""
    with tempfile.TemporaryDirectory(prefix="rapport-mutation-") as name:
        root = Path(name)
        for each in COPIED:
            if (ROOT / each).is_dir():
                shutil.copytree(
                    ROOT / each,
                    root / each,
                    ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
                )
            else:
                shutil.copy(ROOT / each, root / each)
        mutation.apply(root)
        yield root


def notice(mutation: Mutation) -> tuple[bool, str]:
    """Play its scenario on broken sources; whether that ended red for the reason it should, and
    what it said.
    """
    words = [
        "-m",
        "tests.chaos",
        "--quick",
        "--only",
        mutation.scenario,
        "--database",
        mutation.database,
    ]
    with broken(mutation) as root:
        ours = {**environment(), "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, *words],
            cwd=root,
            env=ours,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    said = done.stdout + done.stderr
    return done.returncode == 1 and mutation.seen in said and "it broke off" not in said, said


def main() -> int:
    """Returns 0 where every mutation was noticed."""
    parser = argparse.ArgumentParser("python -m tests.chaos.mutations", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", metavar="SCENARIO", help="those that these scenarios notice"
    )
    options = parser.parse_args()
    missed = []
    for mutation in MUTATIONS:
        if options.only and mutation.scenario not in options.only:
            continue
        began = time.monotonic()
        noticed, said = notice(mutation)
        found = "noticed by" if noticed else "NOT noticed by"
        print(
            f"{time.monotonic() - began:4.0f} s  {mutation.name}: {found} {mutation.scenario}",
            flush=True,
        )
        if not noticed:
            missed.append(mutation.name)
            print(said[-3000:], file=sys.stderr, flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
