"""The Web API: Slack's methods, with Slack's answers and Slack's refusals."""

from . import chat, conversations, files, oauth, users, views
from .chat import answer_command, respond
from .core import METHODS, call, refusal
from .files import uploaded

__all__ = [
    "METHODS",
    "answer_command",
    "call",
    "chat",
    "conversations",
    "files",
    "oauth",
    "refusal",
    "respond",
    "uploaded",
    "users",
    "views",
]
