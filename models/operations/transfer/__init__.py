"""Records in and out as CSV: import what another system exported, export what can be imported again."""

from models.operations.transfer.exporting import export
from models.operations.transfer.importing import load
from models.operations.transfer.mapping import Columns, guess
from models.operations.transfer.outcome import Outcome
from models.operations.transfer.sheets import Sheet, survey

__all__ = ["Columns", "Outcome", "Sheet", "export", "guess", "load", "survey"]
