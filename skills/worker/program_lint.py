"""Each program's text is read beside its run, in a session of its own: that process stays, so it has loaded what it needs,
and no job's process has to be forked for it. It never runs a program."""

import os

from . import backend, believed
from .sessions import Sessions

SESSION = "lint"
# Most time it gets, by the clock, on a machine that others may use too.
SECONDS = 5.0


class ProgramLint:
    def __init__(self, settings):
        self.sessions = Sessions()
        self._on = settings.isolation == "fork" and backend.in_use.lint_operation is not None
        self._folder = os.path.join(settings.own, SESSION)
        if self._on:
            os.makedirs(self._folder, exist_ok=True)
        # By the id of the run: those that are read still, what was found, and replies that wait for that.
        self._open = set()
        self._found = {}
        self._held = {}

    def begin(self, run):
        """-> the call that reads the run's program, or None where none is read"""
        if not self._on or run["op"] != "run":
            return None
        self._open.add(run["id"])
        limits = {**run["limits"], "seconds": min(SECONDS, run["limits"]["seconds"])}
        args = {"program": run["program"]}
        call = {"op": "call", "name": backend.in_use.lint_operation, "args": args, "session": SESSION, "dir": self._folder, "limits": limits}
        return {**call, "id": f"lint-{run['id']}", "lints": run["id"]}

    def wants_again(self, call, reply):
        """Whether its process ended while it read, which may have been none of the text's doing: then it is read once more."""
        return not call.get("again") and (reply.get("error") or {}).get("kind") == "crash"

    def ended(self, run_id, reply):
        """What reading came to; it costs itself only when it fails. -> (run, reply, seconds) that waited for it, or None"""
        if run_id not in self._open:
            return None
        self._open.discard(run_id)
        result = reply.get("result")
        found = result.get("warnings") if isinstance(result, dict) else None
        self._found[run_id] = [believed.failure(one, inner=True) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        held = self._held.pop(run_id, None)
        return None if held is None else (held[0], self._with(*held[:2]), held[2])

    def told(self, run, reply, seconds):
        """A run has ended. -> its reply with what reading found, or None: `ended` gives it once that is known"""
        if run["id"] in self._open:
            self._held[run["id"]] = (run, reply, seconds)
            return None
        return self._with(run, reply)

    def forget(self, run_id):
        """Nobody waits for that run any more."""
        self._open.discard(run_id)
        self._found.pop(run_id, None)

    def _with(self, run, reply):
        found = self._found.pop(run["id"], None)
        if found:
            backend.in_use.warn(reply, found)
            reply["checks"] = believed.checks(reply.get("checks"))
        return reply
