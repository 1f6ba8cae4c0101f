"""Which frame a view shows: by its number, or by its place in the range that the program gave its scene."""


def number(scene, frame):
    """frame: an int, "start", "middle" or "end"; None stays None."""
    if frame == "start":
        return scene.frame_start
    if frame == "middle":
        return (scene.frame_start + scene.frame_end) // 2
    if frame == "end":
        return scene.frame_end
    return frame
