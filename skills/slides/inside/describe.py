"""What stands on a slide, in inches, as the office has laid it out."""

import uno

INCH = 2540
MOST_SHAPES = 300
MOST_TEXT = 600
KINDS = {
    "GraphicObjectShape": "picture", "TableShape": "table", "OLE2Shape": "chart", "LineShape": "line",
    "ConnectorShape": "line", "MediaShape": "media", "GroupShape": "group",
}
AUTOMATIC = -1


def inches(value):
    return round(value / INCH, 3)


def colour(value):
    return None if value is None or value == AUTOMATIC else f"#{value & 0xFFFFFF:06x}"


def get(thing, name, default=None):
    try:
        return getattr(thing, name)
    except Exception:
        return default


def filling(thing):
    style = get(thing, "FillStyle")
    if style is None or style.value == "NONE" or get(thing, "FillTransparence", 0) >= 95:
        return None
    if style.value == "SOLID":
        return colour(thing.FillColor)
    return {"GRADIENT": "gradient", "BITMAP": "picture", "HATCH": "pattern"}.get(style.value, "other")


def background(page):
    """The page's own, else its master's; white where neither says anything."""
    for thing in (page, get(page, "MasterPage")):
        own = get(thing, "Background")
        found = None if own is None else filling(own)
        if found is not None:
            return found
    return "#ffffff"


def styles(shape):
    """How its letters are set: size in points, font, bold, colour and how many, most first."""
    found = {}
    for paragraph in shape.createEnumeration():
        if not hasattr(paragraph, "createEnumeration"):
            continue
        for portion in paragraph:
            letters = len(portion.String.strip())
            if letters == 0:
                continue
            key = (round(portion.CharHeight, 1), portion.CharFontName, portion.CharWeight > 110, colour(portion.CharColor))
            found[key] = found.get(key, 0) + letters
    ordered = sorted(found.items(), key=lambda item: -item[1])[:4]
    return [{"points": points, "font": font, "bold": bold, "color": ink, "letters": letters}
            for (points, font, bold, ink), letters in ordered]


def frame(shape):
    """Left, top, width, height, without its turning."""
    return [shape.Position.X, shape.Position.Y, shape.Size.Width, shape.Size.Height]


def one(shape):
    kind = KINDS.get(shape.ShapeType.rsplit(".", 1)[-1])
    text = get(shape, "String", "") or ""
    if kind is None or kind == "chart" and get(shape, "CLSID") in (None, ""):
        kind = "text" if text.strip() else "shape"
    said = {"name": shape.Name[:80], "kind": kind, "fill": filling(shape)}
    angle = get(shape, "RotateAngle", 0) or 0
    if angle:
        shape.RotateAngle = 0
        said["turned"] = round(360 - angle / 100, 1)
    said["box"] = [inches(value) for value in frame(shape)]
    if kind == "text":
        said["text"] = text[:MOST_TEXT]
        said["styles"] = styles(shape)
    if kind == "table":
        rows = [[cell.String for cell in row] for row in cells(shape)]
        said["text"] = "\n".join(" | ".join(row) for row in rows)[:MOST_TEXT]
    return said


def cells(shape):
    model = shape.Model
    for row in range(min(model.RowCount, 30)):
        yield [model.getCellByPosition(column, row) for column in range(min(model.ColumnCount, 20))]


def flat(shapes):
    for shape in shapes:
        if shape.ShapeType.endswith("GroupShape"):
            yield from flat(shape)
        else:
            yield shape


def described(page):
    shapes = list(flat(page))
    kept = shapes[:MOST_SHAPES]
    return {
        "size": [inches(page.Width), inches(page.Height)],
        "background": background(page),
        "shapes": [one(shape) for shape in kept],
        "left_out": len(shapes) - len(kept),
    }


def measured(page, said):
    """Adds how much room each text takes: the office lays it out in a box that grows with it."""
    for shape, about in zip(flat(page), said["shapes"]):
        if about["kind"] != "text":
            continue
        try:
            about["room"] = room(shape)
        except Exception:
            # A shape whose size cannot be set says nothing of its text.
            about["room"] = None
    return said


def room(shape):
    left, top, width, height = frame(shape)
    across = shape.TextLeftDistance + shape.TextRightDistance
    down = shape.TextUpperDistance + shape.TextLowerDistance
    anchor = shape.TextVerticalAdjust.value
    shrinks = shape.TextFitToSize.value != "NONE"
    grows = bool(shape.TextAutoGrowHeight)
    wraps = bool(shape.TextWordWrap)
    shape.TextFitToSize = uno.Enum("com.sun.star.drawing.TextFitToSizeType", "NONE")
    shape.TextAutoGrowHeight = True
    if not wraps:
        shape.TextAutoGrowWidth = True
    size = shape.Size
    size.Height = 100
    if not wraps:
        size.Width = 100
    shape.Size = size
    needs = [shape.Size.Width if not wraps else width, shape.Size.Height]
    tall = min(needs[1], height) if shrinks else needs[1]
    wide = min(needs[0], width) if shrinks else needs[0]
    spare = height - tall
    shift = spare / 2 if anchor == "CENTER" else spare if anchor == "BOTTOM" else 0
    aside = (width - wide) / 2 if wide > width else 0
    letters = [left + aside + shape.TextLeftDistance, top + shift + shape.TextUpperDistance,
               wide - across, tall - down]
    return {
        "needs": [inches(value) for value in needs],
        "fits": shrinks or grows,
        "letters": [inches(max(0, value)) if index > 1 else inches(value) for index, value in enumerate(letters)],
    }
