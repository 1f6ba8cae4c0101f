"""What the worker decided about itself at boot; plain data every fork inherits."""

import os


class Settings:
    """isolation: "fork" | "reset" | "cold"; level: "root" | "user" | "weak"; device: "CPU" | "GPU"; own: the worker's private folder on the host;
    scratch: the folder it lies in, where job folders are expected;
    temporary: the engine's own temporary folder; system, readable: paths jobs may read;
    closed: the first folder that keeps other users from a system path, or None."""

    def __init__(self, isolation, cpus, device, level, own, scratch, temporary, system, readable):
        self.isolation = isolation
        self.cpus = cpus
        self.device = device
        self.level = level
        self.own = own
        self.scratch = scratch
        self.temporary = temporary
        self.system = system
        self.readable = readable
        # The pages that jobs write to, as `touched` learned them.
        self.touched = []
        self.closed = next(filter(None, map(closed_above, system)), None)


def closed_above(path):
    """-> the folder on the way to it, or itself, that other users cannot pass through, or None"""
    while path != "/":
        if not os.stat(path).st_mode & 0o001 and os.path.isdir(path):
            return path
        path = os.path.dirname(path)
    return None
