"""The sessions of an engine by name: processes that take one call after the other."""

# Each holds the memory of a few live scenes.
MOST = 2
# One that nobody called for so many seconds ends.
IDLE = 120


class Sessions:
    def __init__(self):
        # The one that was called last stands last.
        self._by_name = {}

    def find(self, name):
        return self._by_name.get(name)

    def add(self, name, keeper, now):
        self.drop(name)
        keeper.since = now
        self._by_name[name] = keeper
        for other in list(self._by_name)[:-MOST]:
            self.drop(other)

    def drop(self, name):
        keeper = self._by_name.pop(name, None)
        if keeper is not None and not keeper.busy:
            keeper.close()

    def settled(self, keeper, now):
        """A call is done. -> calls that waited for it"""
        keeper.busy, keeper.since = False, now
        waiting, keeper.waiting = keeper.waiting, []
        names = [name for name, one in self._by_name.items() if one is keeper]
        for name in names:
            self._by_name[name] = self._by_name.pop(name)
        if not names:
            keeper.close()
        return waiting

    def end_idle(self, now):
        for name in [name for name, one in self._by_name.items() if not one.busy and now - one.since > IDLE]:
            self.drop(name)

    def close(self):
        for name in list(self._by_name):
            self.drop(name)
