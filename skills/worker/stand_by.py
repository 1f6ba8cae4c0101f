"""The processes of the next job, started before it is there: it is taken to be on the files of the job before it."""

from .base_server import base_key


class StandBy:
    def __init__(self, isolation):
        self._isolation = isolation
        # The channel to their supervisor, and the key of the base it came from.
        self._next = None

    def suits(self, message):
        """Whether what waits may do this job; in isolation "reset" its supervisor knows more."""
        return self._next is not None and (self._isolation == "reset" or self._next[1] == base_key(message.get("base")))

    def take(self):
        """-> (channel, key of the base or None)"""
        taken, self._next = self._next, None
        return taken

    def prepare(self, message, open_channel):
        """For a job like that one, unless what waits suits it. open_channel(message) -> (channel, key of the base)"""
        if self._isolation == "cold" or self.suits(message):
            return
        self.close()
        like = {key: message[key] for key in ("base", "files", "assets", "limits") if key in message}
        self._next = open_channel(like)
        self._next[0].send({"op": "stand_by", **like})

    def close(self):
        if self._next is not None:
            self._next[0].close()
