"""The gate: who was let in is waited for, and nobody more gets in."""

import threading

from bot.slack.socket_mode import DrainGate


def test_a_gate_lets_nobody_in_before_it_is_unlocked_nor_after_it_was_shut() -> None:
    gate = DrainGate()
    assert not gate.enter()
    gate.unlock()
    assert gate.enter()
    assert not gate.shut(0)
    assert not gate.enter()
    gate.leave()
    assert gate.shut(0)


def test_shutting_ends_as_soon_as_the_last_one_leaves() -> None:
    gate = DrainGate()
    gate.unlock()
    assert gate.enter()
    leaving = threading.Timer(0.01, gate.leave)
    leaving.start()
    assert gate.shut(10)
    leaving.join()
