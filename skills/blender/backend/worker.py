"""The Blender engine's process:

    blender -b --factory-startup --python worker.py -- '{"cpus": 2, "own": "/scratch/engine", ...}'

Requests come as newline-JSON on descriptor 3, replies go out on descriptor 4; both sides are checked by the driver
(bridge/engines). Options: cpus, first (processor of its share), gpu (bool), isolation ("auto" or one to force), sandbox ("auto" | "weak"), own (private
folder, absolute), scratch (the folder it lies in), readable (further paths that jobs may read), parent (the driver's pid).
"""

import json
import os
import signal
import sys
import traceback
import types

REQUESTS, REPLIES = 3, 4


def load_packages():
    """The skills' Python as the package viga_engine: none of its names can be shadowed by, or shadow, a program's imports."""
    skills = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for name in ("", "sandbox", "worker", "blender", "blender.backend", "blender.probes", "blender.solver"):
        package = types.ModuleType(f"viga_engine.{name}".rstrip("."))
        package.__path__ = [os.path.join(skills, *name.split("."))]
        sys.modules[package.__name__] = package
        above, _, last = package.__name__.rpartition(".")
        if above:
            setattr(sys.modules[above], last, package)


def main():
    sys.dont_write_bytecode = True
    load_packages()
    options = json.loads(sys.argv[sys.argv.index("--") + 1])
    from viga_engine.sandbox import native

    if "inner" in options:
        from viga_engine.blender.backend import backend, inner
        from viga_engine.worker.backend import use

        native.prctl(native.PR_SET_DUMPABLE, 0)
        use(backend.Blender())
        return inner.main(options["inner"])
    native.die_with_parent(options.get("parent"))
    native.prctl(native.PR_SET_THP_DISABLE, 1)
    # Loading the rest takes its time: the driver need not wait to hear whether this Blender runs scripts at all.
    os.write(REPLIES, b'{"id": 0, "awake": true}\n')
    native.prctl(native.PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    native.remember_descriptors(but={REQUESTS, REPLIES})
    for fd in (REQUESTS, REPLIES):
        os.set_inheritable(fd, False)
    from viga_engine.blender.backend import backend, boot
    from viga_engine.worker.backend import use

    use(backend.Blender())
    boot.start(options, REQUESTS, REPLIES)


if __name__ == "__main__":
    try:
        main()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        # Not through Blender's own end, which is slow and may wait for threads.
        sys.stdout.flush()
        os._exit(0 if sys.exc_info()[0] is None else 1)
