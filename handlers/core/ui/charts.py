"""Draw Slack's own charts.

Text always accompanies them, and a message is sent without them where Slack has none.
"""

from collections.abc import Sequence

from handlers.core.ui.blocks import Block, cut

TITLE, LABEL, AXIS, CATEGORIES = 50, 20, 50, 20


def bars(
    title: str, name: str, points: Sequence[tuple[str, float]], x: str = "", y: str = ""
) -> Block:
    """Return a bar chart of one series.

    Args:
        title: The title of the chart.
        name: The name of the series.
        points: (category, value), up to 20 whose first 20 letters differ.
        x: The label of the x axis.
        y: The label of the y axis.
    """
    data = [{"label": cut(label, LABEL), "value": value} for label, value in points[:CATEGORIES]]
    axes: Block = {"categories": [point["label"] for point in data]}
    axes |= {"x_label": cut(x, AXIS)} if x else {}
    axes |= {"y_label": cut(y, AXIS)} if y else {}
    series = [{"name": cut(name, LABEL), "data": data}]
    chart = {"type": "bar", "series": series, "axis_config": axes}
    return {"type": "data_visualization", "title": cut(title, TITLE), "chart": chart}
