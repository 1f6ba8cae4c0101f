"""What the worker decided about itself at boot; plain data every fork inherits."""

import os


class Settings:
    """isolation: "fork" | "reset" | "cold"; level: "root" | "user" | "weak"; device: "CPU" | "GPU"; own: the worker's private folder on the host;
    scratch: the folder it lies in, where job folders are expected;
    temporary: the engine's own temporary folder; system, readable: paths jobs may read;
    open_to_all: whether any user can reach the system paths as they stand."""

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
        self.open_to_all = all(passable(path) for path in system)


def passable(path):
    while path != "/":
        if not os.stat(path).st_mode & 0o001 and os.path.isdir(path):
            return False
        path = os.path.dirname(path)
    return True
