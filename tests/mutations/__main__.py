"""python -m tests.mutations: put mistakes into the code, one at a time, and count those that a test
notices.
"""

import argparse
import json
import random
import signal
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from tests.mutations.mutants import Mutant, is_python, mutants, sources
from tests.mutations.trials import Trials, Verdict
from tests.processes import ROOT

KEPT = ROOT / "build" / "mutations.json"
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
BAR = 95.0
"""Percent of the mutants that change anything."""


def asked(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.mutations", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which mutants are chosen (default 1)")
    parser.add_argument("--count", type=int, default=60, help="how many (default 60)")
    parser.add_argument(
        "--only", default="", help="only mutants whose name has this in it, such as a path"
    )
    parser.add_argument(
        "--workers", type=int, default=2, help="processes that test at once (default 2)"
    )
    parser.add_argument("--list", action="store_true", help="say which would be tried, and end")
    parser.add_argument(
        "--near",
        action="store_true",
        help="run only the tests nearest to each; quick, and too strict",
    )
    parser.add_argument(
        "--again", action="store_true", help="try those that survived before once more"
    )
    parser.add_argument("--fresh", action="store_true", help="forget what was found before")
    return parser.parse_args(words)


def chosen(root: Path, seed: int, count: int, only: str = "") -> list[Mutant]:
    """Choose so many mutants at random, the same for the same seed and sources."""
    texts = {path: (root / path).read_bytes() for path in sources(root)}
    every = [
        each for path, source in texts.items() for each in mutants(path, source) if only in each.key
    ]
    random.Random(seed).shuffle(every)
    return list(islice((each for each in every if is_python(each.apply(texts[each.path]))), count))


def equivalents(text: str) -> dict[str, str]:
    """Read the list of mutants that change nothing: the name of one on a line, its reason indented
    below.
    """
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("    "):
            found[name] = f"{found[name]} {line.strip()}".strip()
        elif line.strip() and not line.startswith("#"):
            name = line.strip()
            found[name] = ""
    return found


def main() -> int:
    options = asked()
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell's background ignores it, and so would the tests
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped; the next run goes on from here."))
    picked = chosen(ROOT, options.seed, options.count, options.only)
    known = equivalents(EQUIVALENT.read_text(encoding="utf-8"))
    if options.list:
        print("\n".join(each.key for each in picked))
        return 0
    before: dict[str, Any] = (
        {} if options.fresh or not KEPT.exists() else json.loads(KEPT.read_text())
    )
    found = {key: Verdict(**verdict) for key, verdict in before.items()}
    with tempfile.TemporaryDirectory(prefix="rapport-mutants-") as folder:
        trials: Trials | None = None
        for number, mutant in enumerate(picked, 1):
            verdict = found.get(mutant.key)
            if mutant.key not in known and (
                verdict is None or (options.again and not verdict.caught)
            ):
                trials = trials or Trials(ROOT, Path(folder), options.workers, options.near)
                verdict = found[mutant.key] = trials.judge(mutant)
                keep({key: each for key, each in found.items() if each.caught or not options.near})
            print(f"{number:3} {said(mutant, verdict, known)}", flush=True)
    return summed_up([each.key for each in picked], found, known)


def said(mutant: Mutant, verdict: Verdict | None, known: dict[str, str]) -> str:
    if mutant.key in known:
        return f"equivalent        {mutant.key}: {known[mutant.key]}"
    assert verdict is not None
    word, by = ("caught", f" by {verdict.by}") if verdict.caught else ("SURVIVED", "")
    return f"{word:8} {verdict.seconds:6.0f} s {mutant.path}:{mutant.line} {mutant.key.partition(' | ')[2]}{by}"


def keep(found: dict[str, Verdict]) -> None:
    """Write down what was found so far, so that the next run goes on from there."""
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(
        json.dumps({key: vars(verdict) for key, verdict in found.items()}, indent=1) + "\n"
    )


def summed_up(picked: list[str], found: dict[str, Verdict], known: dict[str, str]) -> int:
    """Print the sum; returns 1 where too many survived."""
    counted = [key for key in picked if key not in known]
    caught = sum(found[key].caught for key in counted)
    share = 100 * caught / len(counted) if counted else 100.0
    rest = len(picked) - len(counted)
    print(f"\n{caught} of {len(counted)} caught: {share:.1f} % (bar {BAR:.0f}); {rest} equivalent")
    for key in counted:
        if not found[key].caught:
            print(f"survived: {key}")
    return int(share < BAR)


if __name__ == "__main__":
    sys.exit(main())
