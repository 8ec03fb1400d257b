"""The picture: CPU per request of each peer on each shape, as bars, ours being 1."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 200, 90, 15, 16, 62
COLORS = {"ours": "#0b6e4f", "fastapi": "#3d7ea6", "drf": "#8c5e99", "eager": "#c08a3e", "limit": "#9aa0a6"}
MOST = 20.0
"""Bars beyond this many times ours are cut off; the figure stands beside them."""


def drawn(
    costs: Mapping[str, Mapping[str, float]],
    titles: Mapping[str, str],
    peers: Mapping[str, str],
    letters: Sequence[str],
) -> str:
    """Return the SVG; `costs`: shape -> peer -> CPU, `titles`: of shapes, `peers`: names to titles."""
    shown = [letter for letter in letters if letter in costs]
    lines = sum(len(costs[letter]) for letter in shown)
    height = TOP + lines * BAR + len(shown) * GAP + 24
    most = min(MOST, max(cost / each["ours"] for each in (costs[letter] for letter in shown) for cost in each.values()))
    scale = (WIDTH - LEFT - RIGHT) / most
    body = [_legend(peers), _line(LEFT + scale, TOP - 8, height - 20)]
    y = TOP
    for letter in shown:
        each = costs[letter]
        body.append(_text(LEFT - 8, y + len(each) * BAR / 2 + 4, f"({letter}) {titles[letter]}", "end"))
        for name in peers:
            if name in each:
                times = each[name] / each["ours"]
                body.append(_bar(y, min(times, most) * scale, COLORS[name]))
                body.append(
                    _text(LEFT + min(times, most) * scale + 5, y + BAR - 4, f"{times:.1f}x · {each[name]:.2f} ms")
                )
                y += BAR
        y += GAP
    style = "text{font:12px system-ui,sans-serif;fill:#222}.bg{fill:#fff}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="'
        f'CPU per request of application and PostgreSQL, times ours"><style>{style}</style>'
        f'<rect class="bg" width="{WIDTH}" height="{height}"/>'
        + _text(LEFT, 20, "CPU per request (application and PostgreSQL), times ours; less is better")
        + "".join(body)
        + "</svg>\n"
    )


def _legend(peers: Mapping[str, str]) -> str:
    parts, x = [], LEFT
    for name, title in peers.items():
        parts.append(f'<rect x="{x}" y="32" width="11" height="11" fill="{COLORS[name]}"/>' + _text(x + 16, 42, title))
        x += 36 + 7 * len(title)
    return "".join(parts)


def _line(x: float, top: float, bottom: float) -> str:
    return f'<path d="M{x:.1f} {top:.0f}V{bottom:.0f}" stroke="#bbb" stroke-dasharray="3 3"/>'


def _bar(y: float, width: float, color: str) -> str:
    return f'<rect x="{LEFT}" y="{y:.0f}" width="{width:.1f}" height="{BAR - 2}" fill="{color}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'
