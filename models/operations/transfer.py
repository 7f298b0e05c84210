"""Records in and out as CSV: import what another system exported, export what can be imported again."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any, BinaryIO, TextIO

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError

from models.core import access, listeners, lookup, values
from models.core.audit import changes_of
from models.core.base import ENTITIES, Entity
from models.core.errors import CRMError, Invalid
from models.core.fields import Moment, Number, Money, Person, Reference, Text
from models.core.work import Work, Works
from models.operations import sheets
from models.operations.mapping import CREATED_AT, DELETED, EXTERNAL_ID, PERSON_NAME, REASON, REF, Columns, guess
