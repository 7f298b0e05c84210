"""Draw Slack's own charts.

Text always accompanies them, and a message is sent without them where Slack has none.
"""

from collections.abc import Mapping, Sequence

from handlers.core.ui.blocks import Block, cut

TITLE, LABEL, AXIS, CATEGORIES = 50, 20, 50, 20


def bars(
    title: str, series: Mapping[str, Sequence[tuple[str, float]]], x: str = "", y: str = ""
) -> Block:
    """Return a bar chart of one or several series side by side.

    Args:
        title: The title of the chart.
        series: The points of each series by its name: (category, value), up to 20 whose first 20
            letters differ. All series have the same categories.
        x: The label of the x axis.
        y: The label of the y axis.
    """
    drawn: list[Block] = [
        {
            "name": cut(name, LABEL),
            "data": [
                {"label": cut(label, LABEL), "value": value} for label, value in points[:CATEGORIES]
            ],
        }
        for name, points in series.items()
    ]
    axes: Block = {"categories": [point["label"] for point in drawn[0]["data"]]}
    axes |= {"x_label": cut(x, AXIS)} if x else {}
    axes |= {"y_label": cut(y, AXIS)} if y else {}
    chart = {"type": "bar", "series": drawn, "axis_config": axes}
    return {"type": "data_visualization", "title": cut(title, TITLE), "chart": chart}
