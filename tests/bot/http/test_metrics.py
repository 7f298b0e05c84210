"""Figures for Prometheus: what is counted, and that no label grows with what people type."""

from itertools import product

from prometheus_client.parser import text_string_to_metric_families

from bot.app import create_dispatcher
from bot.http.metrics import GAUGES, LABELS, Metrics
from handlers.core.interaction import Interaction
from handlers.registry import ROUTERS
from models.core.unit_of_work import UnitOfWorkFactory
from tests.handlers.core.test_telemetry import Heard
from tests.handlers.kit import SQLITE
from tests.tables import table


def figures(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """Sample name and labels' values → value, read as Prometheus reads it."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (each.name, *each.labels.values()): each.value
        for family in families
        for each in family.samples
    }


def test_acts_are_counted_by_name_and_outcome() -> None:
    metrics = Metrics()
    metrics.handled("lead.new", "done", 0.02)
    metrics.handled("lead.new", "done", 2.7)
    metrics.handled("lead.new", "late", 3.2)
    found = figures(metrics)
    assert found["rapport_acts_total", "lead.new", "done"] == 2
    assert found["rapport_acts_total", "lead.new", "late"] == 1
    assert found["rapport_act_seconds_bucket", "3.0", "lead.new"] == 2
    assert found["rapport_act_seconds_count", "lead.new"] == 3


def test_deliveries_are_counted_and_the_lag_of_those_that_arrived() -> None:
    metrics = Metrics()
    metrics.delivered("card", "sent", 0.4)
    metrics.delivered("card", "sent", -0.1)
    metrics.delivered("card", "limited", 40)
    found = figures(metrics)
    assert found["rapport_deliveries_total", "card", "sent"] == 2
    assert found["rapport_deliveries_total", "card", "limited"] == 1
    assert found["rapport_delivery_lag_seconds_count", "card"] == 2
    assert found["rapport_delivery_lag_seconds_sum", "card"] == 0.4


def test_looks_of_jobs_are_counted_with_their_duration() -> None:
    metrics = Metrics()
    metrics.ran("digest", "done", 0.1)
    metrics.ran("digest", "failed", 0.2)
    found = figures(metrics)
    assert found["rapport_job_runs_total", "digest", "failed"] == 1
    assert found["rapport_job_seconds_count", "digest"] == 2


@table("name", ["", "Ada Lovelace", "ada@example.org", "OP-42", "a" * 50, "lead.new.x", "ünlü"])
def test_what_is_no_name_of_ours_becomes_other(name: str) -> None:
    metrics = Metrics()
    metrics.handled(name, "done", 0.1)
    assert figures(metrics)["rapport_acts_total", "other", "done"] == 1


def test_there_are_never_more_than_so_many_names() -> None:
    metrics = Metrics()
    letters = ["".join(word) for word in product("abcdefghijklmnopqrstuvwxyz", repeat=3)]
    assert len(letters) > LABELS
    assert len({metrics.folded(name) for name in letters}) == LABELS + 1
    assert metrics.folded(letters[-1]) == "other"


def test_every_verb_has_a_figure_of_its_own() -> None:
    metrics = Metrics()
    verbs = [verb.id for router in ROUTERS for verb in router.verbs.values()]
    assert [metrics.folded(verb) for verb in verbs] == verbs
    assert len(verbs) < LABELS / 2


def test_what_could_not_be_read_is_no_number() -> None:
    metrics = Metrics()
    metrics.note({"ready": True, "deliveries_waiting": 7})
    found = figures(metrics)
    assert (found["rapport_ready",], found["rapport_deliveries_waiting",]) == (1, 7)
    assert found["rapport_connected",] != found["rapport_connected",]  # NaN
    assert {f"rapport_{name}" for name in GAUGES} <= {key[0] for key in found}


def test_two_bots_in_one_process_do_not_share_figures() -> None:
    one, other = Metrics(), Metrics()
    one.ran("digest", "done", 0.1)
    assert ("rapport_job_runs_total", "digest", "done") not in figures(other)


@SQLITE
def test_nothing_a_person_typed_becomes_a_label(works: UnitOfWorkFactory) -> None:
    metrics = Metrics()
    dispatcher = create_dispatcher(works, watch=metrics)
    for line in (
        "Ada Lovelace",
        "find lovelace",
        "lead new first_name=Lovelace",
        "lovelace new",
        "won LO-1",
    ):
        dispatcher.handle(Interaction("command", "T1", "U_RITA", line, key=line), Heard())
    assert "lovelace" not in metrics.text().decode().casefold()
    assert figures(metrics)["rapport_acts_total", "unknown", "done"] >= 1


@SQLITE
def test_the_name_of_a_noun_that_a_workspace_made_is_no_label(works: UnitOfWorkFactory) -> None:
    metrics = Metrics()
    dispatcher = create_dispatcher(works, watch=metrics)
    for line in (
        'object new Lovelace prefix=LV fields="Budget money"',
        "lovelace new Ada budget=3",
    ):
        dispatcher.handle(Interaction("command", "T1", "U_ADA", line, key=line), Heard())
    assert figures(metrics)["rapport_acts_total", "custom_object.new", "done"] == 1
    assert figures(metrics)["rapport_acts_total", "custom_record.new", "done"] == 1
    assert "lovelace" not in metrics.text().decode().casefold()
