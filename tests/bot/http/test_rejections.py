"""What is refused over HTTP: counted one by one, told together."""

import asyncio

import pytest

from bot.http.metrics import Metrics
from bot.http.rejections import REASONS, Rejections
from tests.tables import table


def test_a_thousand_refusals_are_counted_and_told_in_two_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics = Metrics()

    async def refuse() -> None:
        rejections = Rejections(metrics, pause=0.05)
        for number in range(1000):
            rejections.note("unsigned" if number % 4 else "too_slow")
        await asyncio.sleep(0.2)
        rejections.note("too_many")

    asyncio.run(refuse())
    assert [record.getMessage() for record in caplog.records] == [
        "Refused requests over HTTP: 1 too slow",
        "Refused requests over HTTP: 750 without the signature of Slack, 249 too slow",
        "Refused requests over HTTP: 1 too many at once",
    ]
    assert 'rapport_http_refused_total{reason="unsigned"} 750.0' in metrics.text().decode()
    assert 'rapport_http_refused_total{reason="too_slow"} 250.0' in metrics.text().decode()


@table("reason", REASONS)
def test_each_is_answered_with_its_status_and_503_says_when_to_come_again(reason: str) -> None:
    async def refuse() -> tuple[int, str | None]:
        answer = Rejections().answer(reason)
        return answer.status_code, answer.headers.get("retry-after")

    status, again = asyncio.run(refuse())
    assert status == REASONS[reason][0]
    assert (again is not None) is (status == 503)
