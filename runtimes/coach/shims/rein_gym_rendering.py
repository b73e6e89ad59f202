"""Draws what environments of old gym show, on a machine without a screen: in place of
`gym.envs.classic_control.rendering`, whose names these are, and which wants an X server even for a picture in memory.

Pillow draws; a script that calls OpenGL itself still needs a screen.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw


@dataclass(frozen=True)
class Pen:
    """Where and how something is drawn. `matrix` leads to pixels from the lower left corner."""

    picture: Picture.Image
    matrix: np.ndarray
    color: tuple = (0, 0, 0, 1.0)
    width: float = 1

    def at(self, points):
        x, y = self.matrix[:2, :2] @ np.asarray(points, float).reshape(-1, 2).T + self.matrix[:2, 2:]
        return list(zip(x.tolist(), (self.picture.height - y).tolist()))

    @property
    def _ink(self):
        return ImageDraw.Draw(self.picture, "RGBA"), tuple(round(255 * part) for part in self.color)

    def polygon(self, points):
        ink, color = self._ink
        ink.polygon(self.at(points), fill=color)

    def line(self, points):
        ink, color = self._ink
        ink.line(self.at(points), fill=color, width=max(1, round(self.width)))

    def paste(self, picture, width, height):
        """In a box around the origin."""
        columns, rows = picture.size
        # from the picture's pixels to this one's: both count rows from above
        box = np.array([[width / columns, 0, -width / 2], [0, -height / rows, height / 2], [0, 0, 1]])
        down = np.array([[1, 0, 0], [0, -1, self.picture.height], [0, 0, 1]])
        there = down @ self.matrix @ box
        if abs(np.linalg.det(there)) > 1e-9:
            back = np.linalg.inv(there)[:2].reshape(-1).tolist()
            shown = picture.convert("RGBA").transform(self.picture.size, Picture.AFFINE, back)
            self.picture.paste(shown, (0, 0), shown)


class Viewer:
    def __init__(self, width, height, display=None):
        self.width, self.height = width, height
        self.isopen = True
        self.geoms, self.onetime_geoms = [], []
        self.transform = Transform()
        self._shown = np.full((height, width, 3), 255, np.uint8)

    def close(self):
        self.isopen = False

    def set_bounds(self, left, right, bottom, top):
        x, y = self.width / (right - left), self.height / (top - bottom)
        self.transform = Transform(translation=(-left * x, -bottom * y), scale=(x, y))

    def add_geom(self, geom):
        self.geoms.append(geom)

    def add_onetime(self, geom):
        self.onetime_geoms.append(geom)

    def render(self, return_rgb_array=False):
        picture = Picture.new("RGB", (self.width, self.height), "white")
        pen = self.transform.applied(Pen(picture, np.eye(3)))
        for geom in self.geoms + self.onetime_geoms:
            geom.render(pen)
        self.onetime_geoms = []
        self._shown = np.array(picture)
        return self._shown if return_rgb_array else self.isopen

    def get_array(self):
        return self._shown

    def draw_circle(self, radius=10, res=30, filled=True, **attrs):
        return self._once(make_circle(radius, res, filled), attrs)

    def draw_polygon(self, v, filled=True, **attrs):
        return self._once(make_polygon(v, filled), attrs)

    def draw_polyline(self, v, **attrs):
        return self._once(make_polyline(v), attrs)

    def draw_line(self, start, end, **attrs):
        return self._once(Line(start, end), attrs)

    def _once(self, geom, attrs):
        if "color" in attrs:
            geom.set_color(*attrs["color"])
        if "linewidth" in attrs:
            geom.set_linewidth(attrs["linewidth"])
        self.add_onetime(geom)
        return geom


class Attr:
    def applied(self, pen):
        return pen


class Transform(Attr):
    def __init__(self, translation=(0.0, 0.0), rotation=0.0, scale=(1, 1)):
        self.set_translation(*translation)
        self.set_rotation(rotation)
        self.set_scale(*scale)

    def applied(self, pen):
        cos, sin = math.cos(self.rotation), math.sin(self.rotation)
        (x, y), (across, up) = self.translation, self.scale
        own = np.array([[cos * across, -sin * up, x], [sin * across, cos * up, y], [0, 0, 1]])
        return replace(pen, matrix=pen.matrix @ own)

    def set_translation(self, newx, newy):
        self.translation = float(newx), float(newy)

    def set_rotation(self, new):
        self.rotation = float(new)

    def set_scale(self, newx, newy):
        self.scale = float(newx), float(newy)


class Color(Attr):
    def __init__(self, vec4):
        self.vec4 = vec4

    def applied(self, pen):
        return replace(pen, color=tuple(min(1.0, max(0.0, part)) for part in self.vec4))


class LineStyle(Attr):
    """Lines are whole."""

    def __init__(self, style):
        self.style = style


class LineWidth(Attr):
    def __init__(self, stroke):
        self.stroke = stroke

    def applied(self, pen):
        return replace(pen, width=self.stroke)


class Geom:
    def __init__(self):
        self._color = Color((0, 0, 0, 1.0))
        self.attrs = [self._color]

    def render(self, pen):
        for attr in reversed(self.attrs):  # the last that was added is the outermost
            pen = attr.applied(pen)
        self.drawn(pen)

    def drawn(self, pen):
        raise NotImplementedError(f"{type(self).__name__} draws by OpenGL, which needs a screen")

    def add_attr(self, attr):
        self.attrs.append(attr)

    def set_color(self, r, g, b, a=1):
        self._color.vec4 = (r, g, b, a)


class Point(Geom):
    def drawn(self, pen):
        pen.line([(0, 0), (0, 0)])


class FilledPolygon(Geom):
    def __init__(self, v):
        super().__init__()
        self.v = v

    def drawn(self, pen):
        pen.polygon(self.v)


class _Stroke(Geom):
    def __init__(self):
        super().__init__()
        self.linewidth = LineWidth(1)
        self.add_attr(self.linewidth)

    def set_linewidth(self, x):
        self.linewidth.stroke = x


class PolyLine(_Stroke):
    def __init__(self, v, close):
        super().__init__()
        self.v, self.close = v, close

    def drawn(self, pen):
        points = list(self.v)
        pen.line(points + points[:1] if self.close else points)


class Line(_Stroke):
    def __init__(self, start=(0.0, 0.0), end=(0.0, 0.0)):
        super().__init__()
        self.start, self.end = start, end

    def drawn(self, pen):
        pen.line([self.start, self.end])


class Compound(Geom):
    def __init__(self, gs):
        super().__init__()
        self.gs = gs
        for geom in gs:
            geom.attrs = [attr for attr in geom.attrs if not isinstance(attr, Color)]

    def drawn(self, pen):
        for geom in self.gs:
            geom.render(pen)


class Image(Geom):
    def __init__(self, fname, width, height):
        super().__init__()
        self.width, self.height = width, height
        self.img = Picture.open(fname)
        self.flip = False

    def drawn(self, pen):
        pen.paste(self.img, self.width, self.height)


class SimpleImageViewer:
    """Shows nothing: there is nobody to see it."""

    def __init__(self, display=None, maxwidth=500):
        self.isopen = True

    def imshow(self, arr):
        self.height, self.width = arr.shape[:2]

    def close(self):
        self.isopen = False


def make_circle(radius=10, res=30, filled=True):
    angles = [2 * math.pi * i / res for i in range(res)]
    return make_polygon([(math.cos(angle) * radius, math.sin(angle) * radius) for angle in angles], filled)


def make_polygon(v, filled=True):
    return FilledPolygon(v) if filled else PolyLine(v, True)


def make_polyline(v):
    return PolyLine(v, False)


def make_capsule(length, width):
    box = make_polygon([(0, -width / 2), (0, width / 2), (length, width / 2), (length, -width / 2)])
    far = make_circle(width / 2)
    far.add_attr(Transform(translation=(length, 0)))
    return Compound([box, make_circle(width / 2), far])
