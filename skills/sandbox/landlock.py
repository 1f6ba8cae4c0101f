"""Landlock: the file system by allow list, TCP and signals to others refused; needs no privilege and no namespace.

A second wall where namespaces work, the main one where they do not. Linux 5.13; newer kernels restrict more.
"""

import ctypes
import os
import struct

from .native import syscall

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
READ = READ_FILE | READ_DIR
# Everything that changes a folder's content, by the ABI that introduced it; 13 basic rights, then refer, truncate, ioctl.
ALL_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | (1 << 14) | (1 << 15)
MAKE_DEVICES = (1 << 6) | (1 << 11)


def abi():
    """0 where the kernel has no Landlock."""
    try:
        return syscall("landlock_create_ruleset", None, ctypes.c_size_t(0), ctypes.c_uint(1))
    except OSError:
        return 0


def restrict(readable, writable):
    """Paths that do not exist are left out. Needs no_new_privs. -> the ABI used; 0: nothing was restricted."""
    version = abi()
    if version <= 0:
        return 0
    handled = ALL_BY_ABI[min(version, 5)]
    net = 3 if version >= 4 else 0  # bind and connect over TCP
    scoped = 3 if version >= 6 else 0  # abstract UNIX sockets and signals outside
    attributes = struct.pack("<QQQ", handled, net, scoped)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = syscall("landlock_create_ruleset", attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    try:
        for path in readable:
            _allow(ruleset, path, READ & handled)
        for path in writable:
            _allow(ruleset, path, handled & ~EXECUTE & ~MAKE_DEVICES)
        syscall("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset, path, rights):
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= FILE_ONLY
        rule = struct.pack("<Qi", rights, fd)
        syscall("landlock_add_rule", ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0))
    finally:
        os.close(fd)
