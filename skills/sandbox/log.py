"""What a job prints, read through a pipe as it comes; only the tail is kept, so a flood costs nothing."""

import os
import re

# An engine's own progress lines, which would push a program's output out of the tail.
NOISE = re.compile(rb"^(Fra:\d+ Mem:|Saved: '|\s*Time: \d+:\d|Info: Saved |Info: Total files |EGL Error |Managed to successfully fallback |Read blend: |$)")
READ = 1 << 16
# Written where a program begins in a process of its own: what came before was the engine's start.
MARK = b"\x1eprogram\x1e\n"


class Log:
    def __init__(self, kilobytes):
        self.limit = kilobytes * 1024
        self.read_fd, self.write_fd = os.pipe()
        os.set_blocking(self.read_fd, False)
        self.tail = b""
        self.dropped = False

    def close_writer(self):
        os.close(self.write_fd)
        self.write_fd = -1

    def drain(self, at_most=64):
        """Reads what is there; a bounded amount, so that a flood cannot keep the supervisor from its deadline."""
        for _ in range(at_most):
            try:
                data = os.read(self.read_fd, READ)
            except BlockingIOError:
                return True
            if not data:
                return False
            self.tail += data
            if len(self.tail) > 4 * self.limit + READ:
                self.tail = b"\n".join(self._lines())[-self.limit :]
                self.dropped = True
        return True

    def _lines(self):
        return [line for line in self.tail.split(b"\n") if not NOISE.match(line)]

    def text(self):
        self.tail = self.tail[self.tail.rfind(MARK) + len(MARK) :] if MARK in self.tail else self.tail
        kept = b"\n".join(self._lines()) if self.tail else b""
        cut = len(kept) > self.limit
        text = kept[-self.limit :].decode("utf-8", "replace").replace("\x00", "\ufffd")
        return ("[...]\n" if cut or self.dropped else "") + text.strip("\n")

    def take(self):
        text = self.text()
        self.tail, self.dropped = b"", False
        return text

    def close(self):
        os.close(self.read_fd)
        if self.write_fd >= 0:
            os.close(self.write_fd)
