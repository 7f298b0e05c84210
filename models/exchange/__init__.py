"""Import records from files of other systems, and export files that can be imported again."""

from models.exchange.answers import Answers
from models.exchange.csv_files import Sheet, survey
from models.exchange.exporter import export
from models.exchange.importer import Unanswered, load
from models.exchange.mapping import Columns, guess
from models.exchange.report import Outcome

__all__ = [
    "Answers",
    "Columns",
    "Outcome",
    "Sheet",
    "Unanswered",
    "export",
    "guess",
    "load",
    "survey",
]
