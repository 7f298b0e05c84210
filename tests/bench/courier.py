"""python -m tests.bench.courier DATABASE SLACK THREADS: one replica that does nothing but deliver.

Says that it has begun; ends with its standard input.
"""

import sys

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory


def main(database: str, slack: str, threads: str) -> None:
    clients = Clients(slack)
    clients.add("T1", "xoxb-bench", "B0BOT", "U0BOT")
    courier = DeliveryDispatcher(
        UnitOfWorkFactory(open_engine(database)), clients, Catalogue(ROUTERS), threads=int(threads)
    )
    print("ready", flush=True)
    sys.stdin.readline()
    courier.start()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
