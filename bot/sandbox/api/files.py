"""Methods that take a file in three steps.

They are an address to send to, the bytes, and where to share it.
"""

from bot.sandbox.entities import Json

from ..slack import Slack
from ..tickets import Refused
from .core import channel_of, decoded, method, number


@method("files.getUploadURLExternal", "files:write")
def get_upload_url(slack: Slack, args: Json) -> Json:
    name, length = str(args.get("filename") or ""), number(args, "length", 0)
    if not name or length <= 0:
        raise Refused("invalid_arguments", "filename and length are required")
    file_id = f"F{next(slack.numbers):06d}"
    slack.files[file_id] = {
        "id": file_id,
        "name": name,
        "title": name,
        "size": length,
        "bytes": None,
        "url": f"{slack.url}/files/{file_id}/{name}",
    }
    return {"upload_url": f"{slack.url}/upload/{file_id}", "file_id": file_id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(slack: Slack, args: Json) -> Json:
    files = []
    for named in decoded(args, "files") or []:
        file = slack.files.get(str(named.get("id")))
        if file is None or file["bytes"] is None:
            raise Refused("file_not_found")
        file["title"] = named.get("title") or file["name"]
        files.append(file)
    if not files:
        raise Refused("no_file_data")
    channel_id = args.get("channel_id") or str(args.get("channels") or "").split(",")[0]
    if channel_id:
        _share(slack, args | {"channel": channel_id}, files)
    return {"files": [_shape(file) for file in files]}


def uploaded(slack: Slack, file_id: str, content: bytes) -> None:
    """Store the bytes of a file that have arrived."""
    with slack.lock:
        file = slack.files.get(file_id)
        if file is None:
            raise Refused("file_not_found")
        if len(content) != file["size"]:
            raise Refused("file_upload_size_restricted")
        file["bytes"] = content


def _share(slack: Slack, args: Json, files: list[Json]) -> None:
    channel = channel_of(slack, args)
    if slack.bot.id not in slack.members_of(channel.id):
        raise Refused("not_in_channel")
    comment, thread_ts = str(args.get("initial_comment") or ""), args.get("thread_ts") or None
    slack.post(
        channel.id,
        slack.bot.id,
        comment,
        thread_ts=thread_ts,
        files=[_shape(file) for file in files],
    )


def _shape(file: Json) -> Json:
    """Return a file without its bytes, as messages carry it."""
    shape = {key: value for key, value in file.items() if key != "bytes"}
    return shape | {
        "url_private": file["url"],
        "permalink": file["url"],
        "filetype": file["name"].rpartition(".")[2],
    }
