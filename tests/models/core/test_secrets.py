"""What is kept sealed: read with the right keys only, and moved from one key to the next."""

import pytest

from models.core.secrets import Locked, Vault, new_key

OLD, NEW, OTHER = new_key(), new_key(), new_key()


def test_what_is_sealed_is_opened_with_the_same_key_and_shows_nothing_of_itself() -> None:
    sealed = Vault(OLD).seal("xoxb-1")
    assert "xoxb" not in sealed
    assert Vault(OLD).open(sealed) == "xoxb-1"


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert Vault(OLD).seal("xoxb-1") != Vault(OLD).seal("xoxb-1")


def test_the_first_key_seals_and_all_of_them_open() -> None:
    both = Vault(f"{NEW},{OLD}")
    assert both.open(Vault(OLD).seal("xoxb-1")) == "xoxb-1"
    assert Vault(NEW).open(both.seal("xoxb-1")) == "xoxb-1"


@pytest.mark.parametrize(
    "sealed", [Vault(OTHER).seal("xoxb-1"), "", "xoxb-1", "not base64 é"], ids=range(4)
)
def test_what_no_key_of_ours_sealed_stays_closed_and_says_what_to_do(sealed: str) -> None:
    with pytest.raises(
        Locked, match="None of the ENCRYPTION_KEYS opens this. Add the key it was written with."
    ):
        Vault(f"{NEW},{OLD}").open(sealed)


def test_what_was_changed_stays_closed() -> None:
    sealed = Vault(OLD).seal("xoxb-1")
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(Locked):
        Vault(OLD).open(changed)


def test_what_an_old_key_sealed_is_renewed_with_the_first() -> None:
    sealed = Vault(OLD).seal("xoxb-1")
    renewed = Vault(f"{NEW},{OLD}").renewed(sealed)
    assert Vault(NEW).open(renewed) == "xoxb-1"


def test_what_the_first_key_sealed_is_left_as_it_is() -> None:
    sealed = Vault(NEW).seal("xoxb-1")
    assert Vault(f"{NEW},{OLD}").renewed(sealed) == sealed


def test_what_cannot_be_opened_cannot_be_renewed() -> None:
    with pytest.raises(Locked):
        Vault(NEW).renewed(Vault(OLD).seal("xoxb-1"))
