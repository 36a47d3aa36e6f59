"""The trend of a briefing as an SVG picture, and the same trend in words.

The picture holds no style attribute (our CSP forbids them): ``static/css/briefing.css`` colours it.
"""

import hashlib
import json
from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Points = Sequence[Sequence[str | int | float]]

WIDTH, HEIGHT, PAD = 320, 96, 8


def trend_text(points: Points, *, unit: str = "") -> str:
    """One or two sentences that say what the chart shows, for people who do not see it."""
    if not points:
        return _("There are no numbers to show yet.")
    first, last = points[0], points[-1]
    low, high = (pick(points, key=lambda point: float(point[1])) for pick in (min, max))
    names = {"unit": unit, "first": first[0], "first_value": number(first[1])}
    if len(points) == 1:
        return _("%(unit)s: %(first_value)s (%(first)s).") % names
    names |= {"last": last[0], "last_value": number(last[1])}
    names |= {"low": low[0], "low_value": number(low[1])}
    names |= {"high": high[0], "high_value": number(high[1])}
    return (
        _(
            "%(unit)s: from %(first_value)s (%(first)s) to %(last_value)s (%(last)s). "
            "Lowest %(low_value)s (%(low)s), highest %(high_value)s (%(high)s)."
        )
        % names
    )


def number(value: str | int | float) -> str:
    """The number as people of the active language write it: 12,480 in English."""
    places = None if float(value).is_integer() else 1
    plain = int(float(value)) if places is None else value
    return str(number_format(plain, decimal_pos=places, force_grouping=True))


def trend_svg(points: Points, *, title: str = "", unit: str = "") -> SafeString:
    """Bars from a zero line, one per point, named by ``title`` and ``trend_text``."""
    text = trend_text(points, unit=unit)
    seed = json.dumps([title, unit, [list(point) for point in points]])
    name = "trend-" + hashlib.sha256(seed.encode()).hexdigest()[:12]
    bars = format_html_join("", '<rect class="trend__bar" {}/>', ((box,) for box in _bars(points)))
    return format_html(
        '<svg class="trend" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" role="img" '
        'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-desc">{text}</desc>{bars}'
        '<path class="trend__zero" d="M0 {zero}H{w}"/></svg>',
        w=WIDTH,
        h=HEIGHT,
        name=name,
        title=title,
        text=text,
        bars=bars,
        zero=_round(_zero(points)),
    )


def _bars(points: Points) -> list[SafeString]:
    low, high = _range(points)
    step = WIDTH / max(len(points), 1)
    zero = _zero(points)
    boxes = []
    for index, point in enumerate(points):
        length = abs(float(point[1])) / (high - low) * (HEIGHT - 2 * PAD)
        top = zero - length if float(point[1]) >= 0 else zero
        boxes.append(
            format_html(
                'x="{}" y="{}" width="{}" height="{}"',
                _round(index * step + step * 0.1),
                _round(top),
                _round(step * 0.8),
                _round(length),
            )
        )
    return boxes


def _range(points: Points) -> tuple[float, float]:
    """Lowest and highest value with zero always inside, never empty."""
    values = [0.0, *(float(point[1]) for point in points)]
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + 1)


def _zero(points: Points) -> float:
    low, high = _range(points)
    return PAD + high / (high - low) * (HEIGHT - 2 * PAD)


def _round(length: float) -> str:
    return f"{length:.2f}".rstrip("0").rstrip(".")
