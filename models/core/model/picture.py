"""A diagram as a picture: boxes in columns, what is named to the right of what names it.

The picture is SVG; PNG is made of it where the library for that is installed, and has a font.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape

from models.core.model.diagram import Arrow, Diagram, Property, Thing

WIDE, ROW, HEAD, GAP, BETWEEN, MARGIN = 230, 20, 30, 28, 110, 24
"""The measures of boxes and of what is between them, in pixels."""
LETTERS, ROWS = 30, 9
"""The letters of a line in a box, and the fields of a box."""
STYLE = (
    "text{font:13px 'DejaVu Sans',Arial,sans-serif;fill:#1d1c1d}.h{font-weight:bold}"
    ".k{fill:#5d5c5d;font-size:11px}.b{fill:#fff;stroke:#454447}.t{fill:#e8f0f8;stroke:#454447}"
    ".a{fill:none;stroke:#74777b;stroke-width:1.3}.n{stroke-dasharray:5 3;stroke:#12649d}"
)
PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
LETTER = "<text x='2' y='16' style=\"font:14px 'DejaVu Sans',Arial,sans-serif\">M</text>"


@dataclass(frozen=True)
class Box:
    """Where a noun stands."""

    thing: Thing
    x: int
    y: int
    rows: tuple[str, ...]

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.rows) + (8 if self.rows else 0)

    @property
    def middle(self) -> int:
        return self.y + HEAD // 2


def svg(diagram: Diagram) -> str:
    """Return a diagram as an SVG picture.

    Fields that admins added have a plus and their arrows are dashed, so colour alone says nothing.
    """
    boxes = placed(diagram)
    width = max((box.x + WIDE for box in boxes.values()), default=0) + MARGIN + BETWEEN // 2
    height = max((box.y + box.height for box in boxes.values()), default=0) + MARGIN
    parts = [line for each in diagram.arrows for line in arrow(each, boxes)]
    parts += [line for box in boxes.values() for line in drawn(box)]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}"><style>{STYLE}</style>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
    )
    return "\n".join([head, *parts, "</svg>"])


def placed(diagram: Diagram) -> dict[str, Box]:
    """Return the boxes of a diagram: a column for each step away from what names nothing more."""
    depths = depths_of(diagram)
    deepest, tops = max(depths.values(), default=0), dict[int, int]()
    boxes: dict[str, Box] = {}
    for each in sorted(diagram.things, key=lambda each: -depths[each.slug]):
        column = deepest - depths[each.slug]
        x, y = MARGIN + column * (WIDE + BETWEEN), tops.get(column, MARGIN)
        boxes[each.slug] = box = Box(each, x, y, rows_of(each))
        tops[column] = y + box.height + GAP
    return boxes


def depths_of(diagram: Diagram) -> Mapping[str, int]:
    """Return how many arrows one can follow from each noun at most, going through none twice."""
    named: dict[str, set[str]] = {each.slug: set() for each in diagram.things}
    for each in diagram.arrows:
        named[each.start] |= {each.end} - {each.start}
    found: dict[str, int] = {}

    def depth(slug: str, passed: frozenset[str]) -> int:
        if slug not in found:
            ends = named[slug] - passed - {slug}
            found[slug] = max((depth(end, passed | {slug}) + 1 for end in sorted(ends)), default=0)
        return found[slug]

    for slug in named:
        depth(slug, frozenset())
    return found


def rows_of(each: Thing) -> tuple[str, ...]:
    """Return the lines of a box: added and required fields first, and how many more there are."""
    ranked = sorted(each.properties, key=lambda one: (not one.added, not one.required))
    rows = [row(one) for one in ranked[:ROWS]]
    left = len(ranked) - len(rows)
    return (*rows, f"and {left} more") if left else tuple(rows)


def row(one: Property) -> str:
    mark = "+ " if one.added else "* " if one.required else ""
    text = f"{mark}{one.label} · {one.kind}"
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


def drawn(box: Box) -> Iterator[str]:
    """Yield the parts of a box."""
    yield f'<rect class="b" x="{box.x}" y="{box.y}" width="{WIDE}" height="{box.height}" rx="6"/>'
    yield f'<rect class="t" x="{box.x}" y="{box.y}" width="{WIDE}" height="{HEAD}" rx="6"/>'
    yield text(box.x + 10, box.y + 20, box.thing.label[:LETTERS], "h")
    for at, said in enumerate(box.rows):
        yield text(box.x + 10, box.y + HEAD + 17 + ROW * at, said)


def text(x: int, y: int, said: str, style: str = "") -> str:
    mark = f' class="{style}"' if style else ""
    return f'<text x="{x}" y="{y}"{mark}>{escape(said)}</text>'


def arrow(each: Arrow, boxes: Mapping[str, Box]) -> Iterator[str]:
    """Yield the line of a reference, from the right of what names to the left of what is named.

    It ends in a dot there; with a bar as well where it is required.
    """
    start, end = boxes[each.start], boxes[each.end]
    style = "a n" if each.added else "a"
    x, y = start.x + WIDE, start.middle
    ahead = end.x > start.x
    u, v = (end.x if ahead else end.x + WIDE), end.middle
    y, v = (y - 7, v + 7) if each.start == each.end else (y, v)
    bend = BETWEEN // 2
    yield (
        f'<path class="{style}" d="M{x} {y} C{x + bend} {y} {u - bend if ahead else u + bend} {v}'
        f' {u} {v}"><title>{escape(each.label)}</title></path>'
    )
    yield f'<circle cx="{u}" cy="{v}" r="4" fill="#454447"/>'
    if each.required:
        bar = u - 9 if ahead else u + 9
        yield f'<path class="a" d="M{bar} {v - 6} V{v + 6}"/>'


def png(picture: str) -> bytes | None:
    """Return an SVG picture as PNG, None where no library for it is installed, or no font."""
    try:
        import resvg_py
    except ImportError:
        return None
    return bytes(resvg_py.svg_to_bytes(svg_string=picture)) if has_font() else None


@cache
def has_font() -> bool:
    """Return whether letters can be drawn on this machine."""
    import resvg_py

    blank, letter = (PROBE.format(inside) for inside in ("", LETTER))
    draw = resvg_py.svg_to_bytes
    return bytes(draw(svg_string=blank)) != bytes(draw(svg_string=letter))
