"""What a caller may ask of a viewpoint in words: "rotate left 30", "zoom out twice", "focus on the jug", "from above"."""

import re

# Degrees of one step about what is looked at, and how much nearer one step goes.
STEP = 30.0
NEARER = 1.5
HELP = 'e.g. "rotate left 30", "move up", "zoom out twice", "zoom in 2x", "focus on the jug", "from above", "from the left"; several joined by "then" or commas'

_TIMES = {"once": 1, "twice": 2, "thrice": 3, "two": 2, "three": 3, "four": 4, "five": 5}
_SIDES = {"left": (-1, 0), "right": (1, 0), "up": (0, 1), "down": (0, -1)}
# Where to look from: degrees around from the front (the -Y side) and above the ground.
_FROM = {
    "front": (0, 15), "behind": (180, 15), "back": (180, 15), "left": (-90, 15), "right": (90, 15),
    "above": (0, 85), "top": (0, 85), "below": (0, -60),
}
_ARTICLE = r"(?:the |a |an |my |its )?"
_AMOUNT = r"(?:\s+(?:by\s+)?(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>degrees?|deg|°|x|times|%)?|\s+(?P<word>once|twice|thrice|(?:two|three|four|five)\s+times))?"
_VERBS = r"(?:rotate|turn|orbit|move|go|pan|tilt|swing)"
_MOVE = re.compile(rf"{_VERBS}\s+(?:the\s+camera\s+)?(?:to\s+the\s+)?(?P<side>left|right|up|down|higher|lower|in|out|closer|nearer|away|back|forward)(?:wards?)?{_AMOUNT}")
_ZOOM = re.compile(rf"zoom\s+(?P<side>in|out){_AMOUNT}|(?P<near>come|get)\s+(?P<where>closer|nearer)")
_FOCUS = re.compile(rf"(?:focus\s+(?:in\s+)?on|look\s+at|centre\s+on|center\s+on|show|frame|zoom\s+(?:in\s+)?(?:on|to|at))\s+{_ARTICLE}(?P<name>.+)")
_VIEW = re.compile(rf"(?:(?:look|view|see|show)\s+(?:it\s+)?)?(?:from\s+{_ARTICLE}(?P<from>front|behind|back|left|right|above|top|below)(?:\s+side)?|(?P<alone>front|top|left|right|back)\s+view)")
_IN, _OUT = ("in", "closer", "nearer", "forward"), ("out", "away", "back")


def read(text):
    """[(kind, ...)] of an instruction, or None where a part is not understood: ("orbit", around, above) in degrees,
    ("zoom", factor), ("focus", name), ("from", around, above)."""
    steps = []
    for part in re.split(r"\s*(?:,|;|\.\s|\band then\b|\bthen\b)\s*", str(text).strip().rstrip(".")):
        part = re.sub(r"\s+", " ", re.sub(r"\bplease\b", "", part, flags=re.I)).strip(" \"'")
        if part == "":
            continue
        step = _step(part)
        if step is None:
            # "and" may join two moves or stand in a name.
            pieces = [_step(piece.strip()) for piece in part.split(" and ")]
            if len(pieces) < 2 or None in pieces:
                return None
            steps += pieces
        else:
            steps.append(step)
    return steps or None


def _step(part):
    low = part.lower()
    found = _VIEW.fullmatch(low)
    if found:
        return ("from", *_FROM[found["from"] or found["alone"]])
    found = _MOVE.fullmatch(low)
    if found:
        side = {"higher": "up", "lower": "down"}.get(found["side"], found["side"])
        if side in _SIDES:
            angle = _amount(found, STEP, degrees=True)
            return ("orbit", _SIDES[side][0] * angle, _SIDES[side][1] * angle)
        return ("zoom", _factor(found, side in _IN))
    found = _ZOOM.fullmatch(low)
    if found:
        return ("zoom", _factor(found, found["side"] != "out"))
    found = _FOCUS.fullmatch(low)
    # The name as it was written: objects differ by case.
    return ("focus", part[len(part) - len(found["name"]) :]) if found else None


def _amount(found, step, degrees):
    if found["word"]:
        return step * _TIMES[found["word"].split()[0]]
    if found["number"] is None:
        return step
    number = float(found["number"])
    return step * number if found["unit"] in ("x", "times") else number


def _factor(found, nearer):
    groups = found.groupdict()
    if groups.get("word"):
        factor = NEARER ** _TIMES[groups["word"].split()[0]]
    elif groups.get("number") is None:
        factor = NEARER
    else:
        number = float(groups["number"])
        if groups["unit"] == "%":
            factor = 1 + number / 100
        elif groups["unit"] == "times":
            factor = NEARER ** min(number, 12)
        else:
            factor = number if number > 1 else NEARER
    factor = min(max(factor, 1.01), 1e3)
    return factor if nearer else 1 / factor
