"""The sandbox as a whole: the small Slack, its company, and the bot connected to it as to the real one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from bot.app import create_dispatcher
from bot.sandbox import company
from bot.sandbox.start import furnish, opened, settings_for
from models.activity import Activity
from models.case import Case
from models.core.outbox import Delivery
from models.core.work import Clock, Works
from models.lead import Lead
from models.opportunity import Opportunity

RITA, MONA = company.RITA, company.MONA
WAIT = 20.0


def eventually[T](look: Callable[[], T]) -> T:
    """What `look` sees as soon as it sees something."""
    deadline = time.monotonic() + WAIT
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen")
        time.sleep(0.05)
    return seen
