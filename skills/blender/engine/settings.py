"""What the worker decided about itself at boot; plain data every fork inherits."""


class Settings:
    """level: "root" | "user" | "weak"; device: "CPU" | "GPU"; own: the worker's private folder on the host;
    temporary: Blender's own temporary folder; system, readable: paths jobs may read."""

    def __init__(self, cpus, device, level, own, temporary, system, readable):
        self.cpus = cpus
        self.device = device
        self.level = level
        self.own = own
        self.temporary = temporary
        self.system = system
        self.readable = readable
