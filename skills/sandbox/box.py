"""Shared memory for one request and its reply between a trusted process and the one that runs a program.

No file descriptor: a program that closes everything it finds does not lose its reply, and there is nothing to write
a forged one to. The address is only known to the closures of the worker's own code.
"""

import ctypes
import json
import mmap
import os

from .native import NR, libc

REQUEST_BYTES = 6 << 20
REPLY_BYTES = 8 << 20
HEADER = 64
SIZE = HEADER + REQUEST_BYTES + REPLY_BYTES
FUTEX_WAIT, FUTEX_WAKE = 0, 1
# Words of the header.
ASKED, ANSWERED, REQUEST_LENGTH, REPLY_LENGTH, EXIT_STATUS, KEEPER, LEASHED, ENTERED = 0, 4, 8, 12, 16, 20, 24, 28


class Box:
    def __init__(self, fd=-1):
        """Anonymous (shared with forks only), or over a memfd that both sides map."""
        flags = mmap.MAP_SHARED | (mmap.MAP_ANONYMOUS if fd < 0 else 0)
        address = libc.mmap(None, SIZE, mmap.PROT_READ | mmap.PROT_WRITE, flags, fd, 0)
        if address in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), "mmap of the job's shared memory failed")
        self._at = address

    @staticmethod
    def memfd():
        fd = os.memfd_create("viga-box", os.MFD_CLOEXEC)
        os.ftruncate(fd, SIZE)
        return fd

    def free(self):
        libc.munmap(self._at, SIZE)

    def word(self, offset):
        return ctypes.c_uint32.from_address(self._at + offset).value

    def set_word(self, offset, value):
        ctypes.c_uint32.from_address(self._at + offset).value = value & 0xFFFFFFFF
        libc.syscall(ctypes.c_long(NR["futex"]), ctypes.c_void_p(self._at + offset), FUTEX_WAKE, 64, None, None, 0)

    def wait(self, offset, value, seconds=None):
        """Sleeps while the word is `value`; may wake early."""
        timeout = None
        if seconds is not None:
            timeout = ctypes.byref((ctypes.c_long * 2)(int(seconds), int(seconds % 1 * 1e9)))
        libc.syscall(
            ctypes.c_long(NR["futex"]), ctypes.c_void_p(self._at + offset), FUTEX_WAIT, ctypes.c_uint32(value), timeout, None, 0
        )

    def _write(self, offset, room, length_at, data):
        if len(data) > room:
            raise ValueError(f"{len(data)} bytes of JSON, {room} fit")
        ctypes.memmove(self._at + offset, data, len(data))
        self.set_word(length_at, len(data))

    def ask(self, request):
        """-> the ticket to wait for in `answer`."""
        self._write(HEADER, REQUEST_BYTES, REQUEST_LENGTH, json.dumps(request).encode())
        ticket = self.word(ASKED) + 1
        self.set_word(REPLY_LENGTH, 0)
        self.set_word(ASKED, ticket)
        return ticket

    def next_request(self, seen, still_wanted=lambda: True):
        """Blocks until a request newer than ticket `seen`. -> (ticket, request); request is None once it is no longer
        wanted, which is asked every half second."""
        while self.word(ASKED) == seen:
            self.wait(ASKED, seen, 0.5)
            if not still_wanted():
                return seen, None
        return self.word(ASKED), self.request()

    def request(self):
        return json.loads(ctypes.string_at(self._at + HEADER, min(self.word(REQUEST_LENGTH), REQUEST_BYTES)))

    def put_reply(self, reply):
        self._write(HEADER + REQUEST_BYTES, REPLY_BYTES, REPLY_LENGTH, json.dumps(reply).encode())

    def finish(self, ticket):
        self.set_word(ANSWERED, ticket)

    def done(self, ticket):
        return self.word(ANSWERED) == ticket

    def reply(self):
        """The reply, or None when there is none or it is not a JSON object (the writer is not trusted)."""
        length = min(self.word(REPLY_LENGTH), REPLY_BYTES)
        if length == 0:
            return None
        try:
            reply = json.loads(ctypes.string_at(self._at + HEADER + REQUEST_BYTES, length))
        except (ValueError, RecursionError):
            return None
        return reply if isinstance(reply, dict) else None

