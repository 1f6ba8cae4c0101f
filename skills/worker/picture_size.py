"""How large a picture is: its view's target gives the shape, without one the scene does. Plain numbers."""

import math

from .errors import JobError

# A program's own resolution is held to this, so that it cannot make its picture a line. A target is taken as it is.
MAX_ASPECT = 16


def fit(width, height, px):
    """(width, height) of that shape with the longer side px, the other rounded and at least 1. machines/domain/view.ts
    computes the same: prompts say it and the solver goes by it."""
    if width >= height:
        return px, max(1, math.floor(px * height / width + 0.5))
    return max(1, math.floor(px * width / height + 0.5)), px


def bounded(width, height):
    """A scene's own shape within MAX_ASPECT."""
    return min(width, MAX_ASPECT * height), min(height, MAX_ASPECT * width)


def shape_of(aspect):
    """A view's {width, height} or a probe's [width, height] as a pair; None for None. Raises JobError for anything else."""
    if aspect is None:
        return None
    pair = (aspect.get("width"), aspect.get("height")) if isinstance(aspect, dict) else aspect
    if not (isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(v, (int, float)) and 0 < v < math.inf for v in pair)):
        raise JobError("aspect must be [width, height], two positive numbers", "program", "BadArgument")
    return tuple(pair)


def pictures_of(request):
    """How a run takes its pictures, which probes of its scene go by: {px, samples, renderer, aspect (the first view's),
    views}. None where it takes none."""
    views = request.get("views")
    if not views:
        return None
    quality = request["quality"]
    return {
        "px": quality["px"], "samples": quality.get("samples"), "renderer": quality.get("renderer"),
        "aspect": views[0].get("aspect"), "views": views,
    }
