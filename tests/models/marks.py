"""Where a test runs that need not run on both databases."""

import pytest

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For tests in which the database only has to be there."""
