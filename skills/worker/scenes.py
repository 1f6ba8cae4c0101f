"""Kept scenes by name, and their snapshots.

A keeper never changes: probes run in forks of it. So a snapshot is the keeper itself, remembered under an id, and a
restore only points the name at it again. A keeper ends when neither a name nor a snapshot points at it.
Where the engine is not forked, a keeper is a saved file instead of a process.
"""

import os

# Each keeper is a process of 5-20 MB of its own memory; the oldest snapshots go first.
MAX_SNAPSHOTS = 32


class Keeper:
    """channel: to the process that holds the scene; or path: the saved scene, and files: what it refers to.
    picture: how its run took its pictures (pictures_of), which probes go by; None where it took none."""

    def __init__(self, channel, picture, path=None, files=()):
        self.channel = channel
        self.picture = picture
        self.path = path
        self.files = list(files)
        self.busy = False
        self.waiting = []
        self.names = 0

    def close(self):
        if self.channel is not None:
            self.channel.close()
        elif os.path.exists(self.path):
            os.unlink(self.path)


class Scenes:
    def __init__(self):
        self._by_name = {}
        self._snapshots = {}
        self._made = 0

    def find(self, name):
        return self._by_name.get(name)

    def keep(self, name, keeper):
        self._point(name, keeper)

    def drop(self, name):
        self._point(name, None)

    def snapshot(self, name):
        """-> id, or None when no such scene is kept."""
        keeper = self._by_name.get(name)
        if keeper is None:
            return None
        self._made += 1
        snapshot = f"snapshot-{self._made}"
        self._snapshots[snapshot] = keeper
        keeper.names += 1
        while len(self._snapshots) > MAX_SNAPSHOTS:
            self._release(self._snapshots.pop(next(iter(self._snapshots))))
        return snapshot

    def restore(self, name, snapshot):
        keeper = self._snapshots.get(snapshot)
        if keeper is None:
            return False
        self._point(name, keeper)
        return True

    def close(self):
        for keeper in {*self._by_name.values(), *self._snapshots.values()}:
            keeper.close()

    def settled(self, keeper):
        """A probe is done. -> requests that waited for it"""
        keeper.busy = False
        waiting, keeper.waiting = keeper.waiting, []
        if keeper.names == 0:
            keeper.close()
        return waiting

    def _point(self, name, keeper):
        old = self._by_name.pop(name, None)
        if keeper is not None:
            keeper.names += 1
            self._by_name[name] = keeper
        if old is not None:
            self._release(old)

    def _release(self, keeper):
        keeper.names -= 1
        if keeper.names == 0 and not keeper.busy:
            keeper.close()
