"""Newline-delimited JSON over a socket or a pair of descriptors, without ever blocking."""

import json
import os
import socket

from . import believed
from .errors import error

READ = 1 << 16


class Channel:
    def __init__(self, read_fd, write_fd, own=None):
        """own: the socket both descriptors belong to, closed with the channel."""
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.own = own
        self.received = b""
        self.waiting = b""
        for fd in {read_fd, write_fd}:
            os.set_blocking(fd, False)

    @classmethod
    def of_socket(cls, sock):
        return cls(sock.fileno(), sock.fileno(), sock)

    def send(self, message):
        self.waiting += json.dumps(message).encode() + b"\n"
        self.flush()

    def flush(self):
        """Writes what the other side takes now; the rest waits for the next call."""
        while self.waiting:
            try:
                sent = os.write(self.write_fd, self.waiting)
            except BlockingIOError:
                return
            except OSError:
                self.waiting = b""
                return
            self.waiting = self.waiting[sent:]

    def receive(self):
        """-> (complete lines, still open)"""
        lines = []
        while True:
            try:
                data = os.read(self.read_fd, READ)
            except BlockingIOError:
                return lines, True
            except OSError:
                return lines, False
            if not data:
                return lines, False
            self.received += data
            *whole, self.received = self.received.split(b"\n")
            lines += whole
            if len(data) < READ:
                return lines, True

    def shut(self):
        """The other side reads its end at once, whoever else holds a copy."""
        if self.own is not None:
            try:
                self.own.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        if self.own is not None:
            self.own.close()


_TOO_DEEP = {"ok": False, "error": error("output", "ReplyTooDeep", "the answer is nested too deep to be read"), "seconds": 0, "log": ""}


def _finite(reply):
    try:
        return json.dumps(believed.finite(reply))
    except RecursionError:
        return json.dumps(_TOO_DEEP)


def reply_on(sock, reply):
    """One whole line over a blocking socket; whoever does not listen any more misses it."""
    try:
        text = json.dumps(reply, allow_nan=False)
    except ValueError:
        text = _finite(reply)
    except RecursionError:
        text = json.dumps(_TOO_DEEP)
    try:
        sock.sendall(text.encode() + b"\n")
    except OSError:
        pass
