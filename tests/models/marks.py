"""Where a test runs that need not run on both databases, and with how many values those that are
made up.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For tests in which the database only has to be there."""
THOROUGH = os.environ.get("HOSTILE") == "all"
"""Whether a property is tried with as many made-up values as hypothesis likes; else with a fourth
of them.
"""


def tried(times: int) -> settings:
    """With so many made-up values, by default with a fourth of them; one database serves them
    all.
    """
    few = [HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=times if THOROUGH else times // 4, deadline=None, suppress_health_check=few
    )
