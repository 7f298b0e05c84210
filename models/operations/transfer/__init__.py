"""Records in and out as files: import what another system exported, export what can be imported again."""

from models.operations.transfer.answers import Answers
from models.operations.transfer.exporting import export
from models.operations.transfer.importing import Unanswered, load
from models.operations.transfer.mapping import Columns, guess
from models.operations.transfer.outcome import Outcome
from models.operations.transfer.sheets import Sheet, survey

__all__ = ["Answers", "Columns", "Outcome", "Sheet", "Unanswered", "export", "guess", "load", "survey"]
