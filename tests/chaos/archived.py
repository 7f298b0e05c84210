"""A channel is archived while people work: its cards are forgotten, an admin is told, and what was
refused goes out when the channel is back and somebody says so.
"""

import time
from typing import Any

from sqlalchemy import select

from models.core.identity.rights import Preset
from models.core.identity.user import User
from tests.chaos.books import posts
from tests.chaos.crowd import ROOM, SUPPORT, Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import TEAM, Floor, floor
from tests.chaos.scene import play

NAME = "channel archived"


def run(database: Database, replicas: int, seconds: float, seed: int, people: int = 24) -> Figure:
    """Archive the support channel for so many seconds."""
    with floor(database, people, replicas) as ground:
        admin = an_admin(ground)
        channel = ground.slack.channels[SUPPORT]

        def trouble(crowd: Crowd) -> dict[str, Any]:
            time.sleep(seconds / 2)
            channel.is_archived = True
            time.sleep(seconds)
            return {}

        def heal() -> None:
            ground.settle()
            channel.is_archived = False
            assert Crowd(ground).person(admin).command("/crm deliveries retry all", ROOM).ok

        figure = play(ground, NAME, trouble, seed, heal=heal, gone=(SUPPORT,))
        if not any(
            "archived" in one.text
            for each in posts(ground).values()
            for one in each
            if one.channel == ground.slack.im(admin).id
        ):
            figure.lost.append("the admin was not told that the channel is archived")
        return figure


def an_admin(ground: Floor) -> str:
    """Make somebody an admin; returns who."""
    with ground.works(TEAM) as work:
        somebody = work.session.scalars(select(User).order_by(User.id.desc())).first()
        assert somebody
        somebody.role = Preset.ADMIN
        return somebody.slack_id
