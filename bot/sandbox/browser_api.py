"""What the page in the browser asks of the Slack emulator: to look, to act, and to get events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from bot.sandbox.api.serializers import iso, page_message, view_json
from bot.sandbox.entities import Channel, Json, Member
from bot.sandbox.messages import Message
from bot.sandbox.slack import Slack
from bot.sandbox.user_client import Outcome, Person

END: Json = {"type": "end"}  # the server stops; listeners should stop too
BEAT = 15.0
Act = Callable[[Slack, Person, Json], Json]


def routes(slack: Slack, static: Path) -> list[Route]:
    """Return the routes of the page and its endpoints."""

    async def index(request: Request) -> Response:
        if request.query_params.get("user") not in slack.members:
            return RedirectResponse(f"/?user={slack.people[0].id}")  # somebody has to look
        page = static / "index.html"
        return (
            FileResponse(page)
            if page.exists()
            else PlainTextResponse("The page is not built yet.", 503)
        )

    async def events(request: Request) -> Response:
        user = request.query_params.get("user", "")
        if user not in slack.members:
            return JSONResponse({"error": f"There is nobody called {user}."}, 400)
        return StreamingResponse(
            _stream(slack, user),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    looks = [Route(f"/page/{name}", _endpoint(slack, look)) for name, look in LOOKS.items()]
    acts = [
        Route(f"/page/{name}", _endpoint(slack, act), methods=["POST"])
        for name, act in ACTS.items()
    ]
    return [Route("/", index), Route("/page/events", events), *looks, *acts]


def _endpoint(slack: Slack, act: Act) -> Callable[[Request], object]:
    """Return an endpoint; each request says which person acts.

    What cannot be done is answered with a sentence.
    """

    async def endpoint(request: Request) -> Response:
        try:
            args = dict(request.query_params) if request.method == "GET" else await request.json()
            if args.get("user") not in slack.members:
                raise LookupError(f"There is nobody called {args.get('user')}.")
            return JSONResponse(
                await run_in_threadpool(act, slack, Person(slack, args["user"]), args)
            )
        except KeyError as missing:
            return JSONResponse({"error": f"{missing.args[0]} is missing."}, 400)
        except (LookupError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return endpoint


async def _stream(slack: Slack, user: str) -> AsyncIterator[str]:
    """Yield everything that changes on this person's screen, as server-sent events."""
    queue: asyncio.Queue[Json] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hear(event: Json) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, _drawn(slack, event))

    stop = slack.listen(user, hear)
    try:
        yield ": welcome\n\n"
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), BEAT)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event == END:
                return
            yield f"data: {json.dumps(event)}\n\n"
    finally:
        stop()


def _drawn(slack: Slack, event: Json) -> Json:
    message = event.get("message")
    return (
        event | {"message": page_message(slack, message)} if isinstance(message, Message) else event
    )


# ── to look ───────────────────────────────────────────────────────────────────────────────────────


def state(slack: Slack, person: Person, args: Json) -> Json:
    features = slack.manifest.get("features", {})
    commands = [
        {
            "command": one["command"],
            "description": one.get("description", ""),
            "usage_hint": one.get("usage_hint", ""),
        }
        for one in features.get("slash_commands", ())
    ]
    return {
        "team": {"id": slack.team_id, "name": slack.team_name},
        "me": _user(person.member),
        "bot": _user(slack.bot),
        "users": [_user(member) for member in slack.members.values()],
        "channels": [
            _channel(slack, channel, person.member.id)
            for channel in slack.channels_of(person.member.id)
        ],
        "commands": commands,
        "shortcuts": list(features.get("shortcuts", ())),
        "now": iso(slack.now()),
        "connected": slack.transport.connected,
        "company": slack.company,
        "kept": slack.kept,
    }


def _user(member: Member) -> Json:
    return {
        "id": member.id,
        "name": member.name,
        "real_name": member.real_name or member.name,
        "title": member.title,
        "tz": member.tz,
        "locale": member.locale,
        "is_bot": member.is_bot,
        "avatar": "",
        "role_hint": member.title,
    }


def _channel(slack: Slack, channel: Channel, user: str) -> Json:
    seen = [m for m in slack.timeline.of(channel.id) if m.seen_by(user) and not m.is_reply]
    read = float(slack.read.get((user, channel.id), "0"))
    unread = sum(1 for message in seen if message.user != user and float(message.ts) > read)
    shape: Json = {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "kind": "im" if channel.is_im else "channel",
        "unread": unread,
        "latest": seen[-1].ts if seen else "",
    }
    return shape | {"user": slack.bot.id} if channel.is_im else shape


def messages(slack: Slack, person: Person, args: Json) -> Json:
    """Return the messages of a channel, or of one thread; this marks the channel as read."""
    user, channel = person.member.id, args["channel"]
    if user not in slack.members_of(channel):
        raise LookupError("You are not in this channel.")
    if args.get("thread_ts"):
        parent = slack.timeline.find(channel, args["thread_ts"])
        found = [*([parent] if parent else []), *slack.timeline.replies(channel, args["thread_ts"])]
    else:
        found = [message for message in slack.timeline.of(channel) if not message.is_reply]
        if found:
            slack.read[user, channel] = found[-1].ts
    return {
        "messages": [page_message(slack, message) for message in found if message.seen_by(user)]
    }


def home(slack: Slack, person: Person, args: Json) -> Json:
    view = slack.views.homes.get(person.member.id)
    return {"view": view_json(slack, view) if view else None}


# ── to act ────────────────────────────────────────────────────────────────────────────────────────


def _told(outcome: Outcome) -> Json:
    """Return the outcome of an act in the form that the page expects."""
    if outcome.errors:
        return {"errors": outcome.errors}
    if not outcome.ok:
        return {"ok": False, "error": outcome.error}
    return {"ok": True, "ts": outcome.ts} if outcome.ts else {"ok": True}


def command(slack: Slack, person: Person, args: Json) -> Json:
    return _told(person.command(args["text"], args["channel"], args.get("thread_ts")))


def message(slack: Slack, person: Person, args: Json) -> Json:
    return _told(person.message(args["text"], args["channel"], args.get("thread_ts")))


def action(slack: Slack, person: Person, args: Json) -> Json:
    return _told(person.act(args["container"], args["action"], args.get("state")))


def options(slack: Slack, person: Person, args: Json) -> Json:
    outcome = person.options(
        args["container"], args["action_id"], args["block_id"], args.get("value", "")
    )
    return outcome.options if outcome.ok else {"options": []}


def submit(slack: Slack, person: Person, args: Json) -> Json:
    return _told(person.submit(args["view_id"], args.get("values") or {}))


def close(slack: Slack, person: Person, args: Json) -> Json:
    return _told(person.close(args["view_id"]))


def shortcut(slack: Slack, person: Person, args: Json) -> Json:
    found = slack.timeline.find(args.get("channel", ""), args["ts"]) if args.get("ts") else None
    return _told(person.shortcut(args["callback_id"], found))


def open_home(slack: Slack, person: Person, args: Json) -> Json:
    return _told(person.open_home())


def clock(slack: Slack, person: Person, args: Json) -> Json:
    """Move the time of the workspace forward, by seconds or to a moment."""
    if args.get("to"):
        by = datetime.fromisoformat(args["to"]) - slack.now()
    else:
        by = timedelta(seconds=float(args["forward"]))
    if by < timedelta(0):
        raise ValueError("Time only goes forward.")
    slack.clock.forward(by)
    slack.tell({"type": "clock", "now": iso(slack.now())})
    return {"now": iso(slack.now())}


LOOKS: dict[str, Act] = {"state": state, "messages": messages, "home": home}
ACTS: dict[str, Act] = {
    "command": command,
    "message": message,
    "action": action,
    "options": options,
    "submit": submit,
    "close": close,
    "shortcut": shortcut,
    "open_home": open_home,
    "clock": clock,
}
