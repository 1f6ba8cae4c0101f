"""A fork of the pristine process that opened one base and forks a supervisor for every job on it.

The pristine process itself never opens a file from outside, so no file can harm it, and each base is read only once.
"""

import os
import select
import socket

from . import allocator, backend, supervise
from .channel import reply_on
from .errors import describe
from .forking import fork
from ..sandbox.native import close_all_but, die_with_parent


LONGEST_PATH = 1 << 16


def base_key(path):
    """What a base is on disk now; None where there is none."""
    try:
        info = os.stat(path) if path else None
        return info and (path, info.st_mtime_ns, info.st_size)
    except OSError:
        return path, 0, 0


class BaseServer:
    """The server's handle on one."""

    def __init__(self, path, pristine):
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pristine.base_server(theirs)
        theirs.close()
        self.control.send(os.fsencode(path))

    def hand_over(self, channel):
        """The other end of a job's channel; the request follows on it. Raises OSError when the server has died."""
        socket.send_fds(self.control, [b"j"], [channel.fileno()])

    def close(self):
        """No more jobs; kept scenes that came from here live on until they are dropped."""
        self.control.close()


def spawn(control, settings):
    """In the pristine process."""
    parent = os.getpid()
    if fork() == 0:
        try:
            die_with_parent(parent)
            close_all_but({control.fileno()})
            path = os.fsdecode(control.recv(LONGEST_PATH))
            if path:
                _serve(control, path, settings)
        finally:
            os._exit(0)


def _serve(control, path, settings):
    failure = None
    readonly = [path]
    try:
        backend.in_use.open_file(path)
        readonly += backend.in_use.linked_files()
        allocator.give_back()
    except BaseException as thrown:
        failure = describe(thrown)
        failure["kind"] = "engine"
    running = 0
    open_still = True
    while open_still or running:
        ready, _, _ = select.select([control] if open_still else [], [], [], 0.5 if open_still else 0.02)
        if ready:
            data, fds, _, _ = socket.recv_fds(control, 1, 1)
            if not data:
                open_still = False
            for fd in fds:
                channel = socket.socket(fileno=fd)
                if failure:
                    reply_on(channel, {"ok": False, "error": failure})
                else:
                    supervise.spawn(channel, settings, readonly)
                    running += 1
                channel.close()
        try:
            while running and os.waitpid(-1, os.WNOHANG)[0]:
                running -= 1
        except ChildProcessError:
            running = 0
