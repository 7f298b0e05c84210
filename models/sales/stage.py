"""The stages of deals, and what a deal takes as it enters one."""

from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    QUALIFICATION = "qualification"
    DISCOVERY = "discovery"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"


class Pipeline(StrEnum):
    STANDARD = "standard"


class Forecast(StrEnum):
    COMMIT = "commit"
    BEST = "best"
    PIPELINE = "pipeline"
    OMIT = "omit"


CLOSED = (Stage.WON, Stage.LOST)
OPEN = tuple(stage for stage in Stage if stage not in CLOSED)
"""What stages mean: those that admins add are like one of these."""


HOMES: Mapping[str, str] = dict.fromkeys(OPEN, Pipeline.STANDARD)
"""The pipeline of each open stage; won and lost are stages of all pipelines."""
PIPELINES: Mapping[str, str] = dict.fromkeys(
    ("default", "defaultpipeline", "pipeline", "sales", "salespipeline", "main"), Pipeline.STANDARD
)
"""What other systems call the pipeline that every workspace has."""


def entry(probability: int, forecast: Forecast) -> dict[str, str]:
    return {"probability": str(probability), "forecast": forecast.value}


ENTRIES: Mapping[str, Mapping[str, str]] = {
    Stage.QUALIFICATION: entry(10, Forecast.PIPELINE),
    Stage.DISCOVERY: entry(25, Forecast.PIPELINE),
    Stage.PROPOSAL: entry(50, Forecast.BEST),
    Stage.NEGOTIATION: entry(75, Forecast.COMMIT),
    Stage.WON: entry(100, Forecast.COMMIT),
    Stage.LOST: entry(0, Forecast.OMIT),
}
"""Probability in per cent and forecast category that a deal gets on entering a stage.

They apply unless the person says otherwise.
"""


OTHER_FORECASTS = {
    "closed": Forecast.COMMIT,
    "bestcase": Forecast.BEST,
    "mostlikely": Forecast.COMMIT,
    "omitted": Forecast.OMIT,
}
"""Salesforce's forecast categories where they differ; what is closed there is committed here."""
OUTCOMES: dict[str, dict[str, str]] = {
    "open": {},
    "won": {"stage": Stage.WON},
    "lost": {"stage": Stage.LOST},
    "deleted": {"deleted": "yes"},
}
"""What Pipedrive says about a deal in addition to its stage."""
