"""python -m tests.bot.background.killed URL: work on background tasks until somebody kills it."""

import sys
import time

from bot.app import create_background
from bot.background import worker
from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory

if __name__ == "__main__":
    worker.PIECE = 0.01  # small pieces, so that it dies in the middle
    background = create_background(UnitOfWorkFactory(open_engine(sys.argv[1])))
    while True:
        background.drain()
        time.sleep(0.05)
