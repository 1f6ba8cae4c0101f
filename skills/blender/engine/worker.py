"""The Blender engine's process:

    blender -b --factory-startup --python worker.py -- '{"cpus": 2, "own": "/scratch/engine", ...}'

Requests come as newline-JSON on descriptor 3, replies go out on descriptor 4; both sides are checked by the driver
(bridge/engines). Options: cpus, first (processor of its share), gpu (bool), isolation ("auto" or one to force), sandbox ("auto" | "weak"), own (private
folder, absolute), scratch (the folder it lies in), readable (further paths that jobs may read), parent (the driver's pid).
"""

import importlib.util
import json
import os
import signal
import sys

REQUESTS, REPLIES = 3, 4


def load_package():
    """This folder as the package viga_engine: none of its names can be shadowed by, or shadow, a program's imports."""
    here = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "viga_engine", os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["viga_engine"] = package
    spec.loader.exec_module(package)


def main():
    sys.dont_write_bytecode = True
    load_package()
    options = json.loads(sys.argv[sys.argv.index("--") + 1])
    from viga_engine import native

    if "inner" in options:
        from viga_engine import inner

        native.prctl(native.PR_SET_DUMPABLE, 0)
        return inner.main(options["inner"])
    native.die_with_parent(options.get("parent"))
    # Loading the rest takes its time: the driver need not wait to hear whether this Blender runs scripts at all.
    os.write(REPLIES, b'{"id": 0, "awake": true}\n')
    native.prctl(native.PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    native.remember_descriptors(but={REQUESTS, REPLIES})
    for fd in (REQUESTS, REPLIES):
        os.set_inheritable(fd, False)
    from viga_engine import boot

    boot.start(options, REQUESTS, REPLIES)


if __name__ == "__main__":
    try:
        main()
    finally:
        # Not through Blender's own end, which is slow and may wait for threads.
        sys.stdout.flush()
        os._exit(0 if sys.exc_info()[0] is None else 1)
