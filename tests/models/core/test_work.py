"""The unit of work."""

import pytest

from models.lead import Lead
from tests.ground import given


@pytest.mark.parametrize("i",range(100))
def test_x(works,i):
    lead = given(works, Lead, first_name="Ada", email="ada@example.org")
    assert lead.ref == "LD-1"
    assert lead.owner == 1
