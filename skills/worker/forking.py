"""Forking a running engine safely.

Threads do not survive a fork, and two libraries would wait for theirs for ever or go on single-threaded: TBB and
OpenEXR's pool. Both are stopped before a fork and start again by themselves, or on request, on either side.
"""

import ctypes
import json
import os
import re
import signal
import time

from ..sandbox.box import Box
from .errors import describe
from ..sandbox.native import die_with_parent, flush_stdio

_TBB_GET = "_ZN3tbb6detail2r13getERNS0_2d121task_scheduler_handleE"
_TBB_FINALIZE = "_ZN3tbb6detail2r18finalizeERNS0_2d121task_scheduler_handleEl"


def _mapped(pattern):
    with open("/proc/self/maps") as maps:
        for line in maps:
            path = line.rstrip("\n").split(" ")[-1]
            if re.search(pattern, path):
                return path
    return None


class Threads:
    """The thread pools of this build, found by symbol; `notes` says what was not found."""

    def __init__(self):
        self.notes = []
        self.tbb = self._library(r"/libtbb\.so", [_TBB_GET, _TBB_FINALIZE], "TBB")
        path = _mapped(r"/libOpenEXR-\d")
        version = re.search(r"libOpenEXR-(\d+)_(\d+)", path or "")
        space = f"Imf_{version[1]}_{version[2]}" if version else None
        self.exr_symbol = f"_ZN{len(space)}{space}20setGlobalThreadCountEi" if space else ""
        self.exr = self._library(r"/libOpenEXR-\d", [self.exr_symbol], "OpenEXR") if space else None
        if not space:
            self.notes.append("OpenEXR is not a shared library here: its thread pool cannot be stopped before a fork")

    def _library(self, pattern, symbols, name):
        path = _mapped(pattern)
        # Official builds link these statically; what they still export is found through the executable itself.
        for candidate in [path, None] if path else [None]:
            try:
                library = ctypes.CDLL(candidate)
                for symbol in symbols:
                    getattr(library, symbol)
                return library
            except (OSError, AttributeError):
                continue
        self.notes.append(f"{name}'s thread control is not exported by this build")
        return None

    def stop(self):
        if self.tbb is not None:
            handle = ctypes.c_void_p(0)
            getattr(self.tbb, _TBB_GET)(ctypes.byref(handle))
            getattr(self.tbb, _TBB_FINALIZE)(ctypes.byref(handle), ctypes.c_long(1))
        self._exr(0)

    def start(self):
        self._exr(2)

    def _exr(self, count):
        if self.exr is not None:
            getattr(self.exr, self.exr_symbol)(ctypes.c_int(count))


threads = Threads()


def fork():
    """os.fork with the pools stopped around it. -> pid; 0 in the child, which has its pools back."""
    flush_stdio()
    threads.stop()
    pid = os.fork()
    if pid == 0:
        threads.start()
    return pid


def resume():
    """The parent's OpenEXR pool back, where the parent itself goes on rendering after forks."""
    threads.start()


_reserved = []


def reserve(count):
    """The boxes that forks answer in, made while new shared memory may still be had."""
    _reserved.extend(Box() for _ in range(max(1, min(count, 64)) - len(_reserved)))


def lend_box():
    return _reserved.pop() if _reserved else Box()


def take_back(box):
    _reserved.append(box)


def own_none():
    """A child's children answer in no box that its siblings answer in."""
    _reserved.clear()


def fork_map(items, work, workers):
    """See job.py. Results come back through shared memory, so a child that closes its files still answers."""
    items = list(items)
    results = [None] * len(items)
    running = {}
    free = _reserved[: min(workers, len(items))]
    # A child that comes here again finds none of the boxes its siblings answer in.
    del _reserved[: len(free)]
    if not free and items:
        raise RuntimeError("fork_map is at work already")
    waiting = list(range(len(items)))[::-1]
    parent = os.getpid()
    try:
        while waiting or running:
            while waiting and free:
                index = waiting.pop()
                box = free.pop()
                box.put_reply({})
                pid = fork()
                if pid == 0:
                    _child(box, work, items[index], parent)
                running[pid] = (index, box)
            pid, status = os.waitpid(-1, 0)
            if pid in running:
                index, box = running.pop(pid)
                results[index] = _result(box, status)
                free.append(box)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        _reserved.extend(free + [box for _, box in running.values()])
        resume()
    return results


def within(seconds, work):
    """work() in a fork that is ended after that many seconds. -> a result as one of fork_map's. Raises ChildProcessError
    where another has taken its end, as a program that waits for any child does."""
    box = lend_box()
    box.put_reply({})
    end, parent = time.monotonic() + seconds, os.getpid()
    pid = fork()
    if pid == 0:
        _child(box, lambda _: work(), None, parent)
    resume()
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
        while not ended and time.monotonic() < end:
            time.sleep(0.002)
            ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return _result(box, status)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return {"ok": False, "error": {"kind": "timeout", "type": "Timeout", "message": f"it took longer than {seconds:.0f} s"}}
    finally:
        take_back(box)


def _child(box, work, item, parent):
    try:
        die_with_parent(parent)
        own_none()
        reply = {"ok": True, "value": work(item)}
        json.dumps(reply)
    except BaseException as thrown:
        reply = {"ok": False, "error": describe(thrown)}
    try:
        box.put_reply(reply)
    except ValueError as thrown:
        box.put_reply({"ok": False, "error": describe(thrown)})
    flush_stdio()
    os._exit(0)


def _result(box, status):
    reply = box.reply()
    if reply and "ok" in reply:
        return reply
    return failure_of(status)


def failure_of(status):
    """The result of a fork that ended without one; status: its wait status, None where another took it."""
    if status is None:
        how = "ended"
    elif os.WIFSIGNALED(status):
        how = f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    else:
        how = f"ended with exit code {os.WEXITSTATUS(status)}"
    return {"ok": False, "error": {"kind": "crash", "type": "ProcessEnded", "message": f"a forked worker {how}"}}
