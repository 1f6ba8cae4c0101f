"""What an engine lends its worker: all that the worker needs and that only the engine's own program knows."""


class Backend:
    """One engine's. `in_use` holds it; the engine's entry script sets it before the first job."""

    name = "the engine"
    # What to do about a job that used too much memory, crashed, or ended its own process.
    memory_hint = "use less memory"
    crash_hint = "leave out the last unusual step"
    exit_hint = "leave out what ends the process: a program just reaches its last line"
    # The name under which a job without forks leaves its live scene in its folder.
    kept_file = ".kept"
    # Names in the environment that its program, started anew, needs from whoever started it first.
    environment = ()
    # How a saved scene's file may begin.
    scene_starts = (b"",)

    # The operation that reads a program's text, {"program": text} -> {"warnings": [error]}; None: none is read.
    lint_operation = None

    def hint_for(self, thrown, frame, source):
        """What to write instead, for a program's exception. -> text or None"""

    def warn(self, reply, warnings):
        """Puts what `lint_operation` found into a run's reply."""

    def open_file(self, path):
        """Opens a base in this process; raises JobError where it cannot be opened."""
        raise NotImplementedError

    def linked_files(self):
        """Paths of the files that the open base refers to."""
        return []

    def command(self, inner):
        """-> the argv that starts the engine's program anew inside a sandbox; `inner`: what it is told, as plain data"""
        raise NotImplementedError

    def perform(self, request, cpus, device, keep=None):
        """Any request -> its reply; never raises. keep: called once the program has ended well, to hold on to the scene."""
        raise NotImplementedError


in_use = Backend()


def use(backend):
    global in_use
    in_use = backend
