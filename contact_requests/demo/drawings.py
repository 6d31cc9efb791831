"""Drawn pictures of the demo's properties: façades under a sky, as the demo has no photographs."""

import io
import random
from itertools import pairwise

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 800
GROUND = int(HEIGHT * 0.8)
# Sky above and below, walls, roof, shutters, what lies in front.
MORNING = ("#b9d6e3", "#f6ead8", ("#e9d3b4", "#dfb998", "#f0e4cf", "#d9a98b"), "#a4553c", "#5f8a8b", "#8fb3bd")
EVENING = ("#46587f", "#f0b48a", ("#c99f86", "#a97a68", "#d9bb9c", "#8d6a67"), "#5f3038", "#3d5566", "#4d6883")


def draw_houses(seed: str) -> list[bytes]:
    """Two JPEG pictures of the same street, in the morning and in the evening."""
    return [_draw(random.Random(seed), palette) for palette in (MORNING, EVENING)]  # noqa: S311


def _draw(rng: random.Random, palette: tuple) -> bytes:
    above, below, walls, roof, shutters, front = palette
    sky = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    picture = Image.composite(Image.new("RGB", sky.size, below), Image.new("RGB", sky.size, above), sky)
    draw = ImageDraw.Draw(picture)
    x = WIDTH * rng.uniform(0.1, 0.9)
    draw.ellipse((x - 45, 110, x + 45, 200), fill="#fff4d6")
    edges = [-30, *sorted(rng.sample(range(150, WIDTH - 150, 10), 4)), WIDTH + 30]
    for left, right in pairwise(edges):
        if right - left > 60:
            _draw_house(draw, rng, left, right, rng.choice(walls), roof, shutters)
    draw.rectangle((0, GROUND, WIDTH, HEIGHT), fill=front)
    for _ in range(60):
        x, y = rng.uniform(0, WIDTH), rng.uniform(GROUND + 10, HEIGHT)
        draw.line((x, y, x + rng.uniform(20, 80), y), fill=below, width=2)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=92)
    return content.getvalue()


def _draw_house(draw: ImageDraw.ImageDraw, rng: random.Random, left: int, right: int, *colours: str) -> None:
    wall, roof, shutter = colours
    top = int(HEIGHT * rng.uniform(0.2, 0.45))
    draw.rectangle((left, top, right, GROUND), fill=wall)
    draw.polygon([(left - 10, top), (left + 20, top - 35), (right - 20, top - 35), (right + 10, top)], fill=roof)
    columns = max((right - left) // 95, 1)
    step = (right - left) / columns
    for row in range(top + 35, GROUND - 85, 105):
        for column in range(columns):
            middle = left + step * (column + 0.5)
            draw.rectangle((middle - 33, row, middle - 19, row + 65), fill=shutter)
            draw.rectangle((middle + 19, row, middle + 33, row + 65), fill=shutter)
            lit = "#ffe6a6" if wall in EVENING[2] and rng.random() < 0.4 else "#39434d"
            draw.rectangle((middle - 18, row, middle + 18, row + 65), fill=lit)
            draw.line((middle, row, middle, row + 65), fill=wall, width=3)
    middle = left + step * (rng.randrange(columns) + 0.5)
    draw.rectangle((middle - 23, GROUND - 75, middle + 23, GROUND), fill=roof)
