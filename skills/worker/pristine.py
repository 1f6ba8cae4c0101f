"""The process that all others are forked from. It passes channels on and never hears a request or an answer: what it had
read once, the memory of every later job would hold."""

import os
import select
import socket
import time

from . import base_server, supervise
from ..sandbox.native import die_with_parent
from .forking import fork
from .own_process import Cold, Reset

KINDS = {"cold": Cold, "reset": Reset}
SUPERVISOR, BASE_SERVER = b"s", b"b"
# Kept scenes and base servers get this long to end by themselves.
GOODBYE = 0.3


class Pristine:
    """The server's handle on it."""

    def __init__(self, control):
        self.control = control

    def supervisor(self, channel):
        socket.send_fds(self.control, [SUPERVISOR], [channel.fileno()])

    def base_server(self, control):
        socket.send_fds(self.control, [BASE_SERVER], [control.fileno()])


def beside(server, settings, its_own):
    """Runs server(handle) in a fork, which alone has the descriptors `its_own` and ends when we do, and serves it here
    until it has ended. Call it before anything of a job was read."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    parent = os.getpid()
    if fork() == 0:
        try:
            die_with_parent(parent)
            ours.close()
            server(Pristine(theirs))
        finally:
            os._exit(0)
    theirs.close()
    for fd in its_own:
        os.close(fd)
    _serve(ours, settings)


def _serve(control, settings):
    while True:
        ready, _, _ = select.select([control], [], [], 0.5)
        if ready:
            kind, fds, _, _ = socket.recv_fds(control, 1, 1)
            if not kind:
                break
            for fd in fds:
                passed = socket.socket(fileno=fd)
                if kind == SUPERVISOR:
                    supervise.spawn(passed, settings, [], KINDS.get(settings.isolation))
                else:
                    base_server.spawn(passed, settings)
                passed.close()
        _reap()
    until = time.monotonic() + GOODBYE
    while _reap() and time.monotonic() < until:
        time.sleep(0.005)


def _reap():
    """-> whether any child is left"""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    except ChildProcessError:
        return False
