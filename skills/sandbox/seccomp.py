"""A system-call filter assembled by hand (no library needed): what a scene program never needs is refused.

Refused with EPERM: starting programs, sockets, tracing, mounting, namespaces, keys, kernel interfaces, other
processes' memory, changing the processor share, timers and file events that send signals (they wake a kept scene that
stands still), watches on files (a user has few of them, which a kept scene would hold), leases (they block who opens a result), space beyond a file's end, socket pairs (descriptors on their way
and their buffers belong to no process), memory of the kernel's own that no limit counts (tables of futexes), what all
processes of the machine share a stock of (io_setup); and, where no GPU driver needs them, memory that is held without
being mapped (a piece of a shared mapping keeps all of it), locks on parts of files and lists of watched descriptors,
which are memory of the kernel's too. clone3 answers ENOSYS, so libc falls back to clone, whose flags a filter can read;
so do calls newer than this list, which nobody has looked at.
"""

import ctypes
import os
import struct

from .native import ARM, PR_SET_SECCOMP, prctl

# name: (x86_64, aarch64); None where the call does not exist.
DENIED = {
    "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kcmp": (312, 272), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "fanotify_init": (300, 262),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "syslog": (103, 116), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "vhangup": (153, 58), "personality": (135, 92), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "uselib": (134, None), "lookup_dcookie": (212, 18), "shmget": (29, 194),
    "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180), "sched_setaffinity": (203, 122),
    "timer_create": (222, 107), "inotify_init": (253, None), "inotify_init1": (294, 26), "socketpair": (53, 199), "vmsplice": (278, 75), "setpriority": (141, 140),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    "memfd_secret": (447, 447), "io_setup": (206, 0), "pidfd_send_signal": (424, 424), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
}
# Without a file tree of its own a job could do this to any file of its user's, for Landlock does not cover it. Answered
# as done, and not done: a program that copies a file's rights along with it goes on.
PRETENDED = {
    "chmod": (90, None), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None), "lchown": (94, None),
    "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "setxattrat": (463, 463), "removexattrat": (466, 466),
    # By descriptor too: a file that may be read may be the user's own (the base, the engine's scripts).
    "fchmod": (91, 52), "fchown": (93, 55), "fsetxattr": (190, 7), "fremovexattr": (199, 16),
}
# Refused where no GPU driver may need them.
WITHOUT_GPU = {"memfd_create": (319, 279), "epoll_create": (213, None), "epoll_create1": (291, 20)}
# removexattrat of Linux 6.13; on x86_64 this leaves the x32 numbers out too.
NEWEST = 466
CLONE, CLONE3, PRCTL, PRLIMIT, SETRLIMIT = (56, 220), (435, 435), (157, 167), (302, 261), (160, 164)
KILL, TGKILL, TGSIGQUEUE = (62, 129), (234, 131), (297, 240)
MMAP = (9, 222)
FCNTL, IOCTL, FALLOCATE = (72, 25), (16, 29), (285, 47)
# F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY; FIOSETOWN, SIOCSPGRP, FIOASYNC.
SIGNALLING_FCNTL = (8, 10, 15, 1024, 1026)
SIGNALLING_IOCTL = (0x8901, 0x8902, 0x5452)
# FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR: a file's owner needs no right to write for these.
FLAGS_IOCTL = (0x40086602, 0x40046602, 0x401C5820)
# F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
LOCKING_FCNTL = (6, 7, 37, 38)
PR_SET_PDEATHSIG = 1
# PR_SET_DUMPABLE hides a process from its supervisor; PR_SCHED_CORE, PR_FUTEX_HASH.
REFUSED_PRCTL = (4, 62, 78)
RLIMIT_CORE = 4
MAP_SHARED_AND_ANONYMOUS = 0x21
NAMESPACES = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000

LOAD, JUMP_EQUAL, JUMP_GE, JUMP_SET, RETURN, AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS = 1, 38
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, 16  # Offsets in struct seccomp_data; arguments are 8 bytes, low half first.


def _step(code, k, yes=0, no=0):
    return struct.pack("<HBBI", code, yes, no, k & 0xFFFFFFFF)


def _case(number, body):
    """Runs body (which must return) when the call is `number`."""
    return _step(JUMP_EQUAL, number, 0, len(body)) + b"".join(body)


def _only_argument(number, index, allowed):
    """The call passes only with one of `allowed` in the low half of argument `index`."""
    body = [_step(LOAD, ARGUMENT + 8 * index)]
    for at, value in enumerate(allowed):
        body.append(_step(JUMP_EQUAL, value, len(allowed) - at, 0))
    body += [_step(RETURN, ERRNO | EPERM), _step(RETURN, ALLOW)]
    return _case(number, body)


def _but_argument(number, index, refused):
    """The call passes unless the low half of argument `index` is one of `refused`."""
    body = [_step(LOAD, ARGUMENT + 8 * index)]
    for at, value in enumerate(refused):
        body.append(_step(JUMP_EQUAL, value, len(refused) - at, 0))
    body += [_step(RETURN, ALLOW), _step(RETURN, ERRNO | EPERM)]
    return _case(number, body)


def assemble(own_pid=None, shared_memory=True):
    """The filter's bytes. own_pid: where there is no PID namespace, signals may go to this process alone."""
    here = 1 if ARM else 0
    code = [
        _step(LOAD, ARCHITECTURE),
        _step(JUMP_EQUAL, 0xC00000B7 if ARM else 0xC000003E, 1, 0),
        _step(RETURN, KILL_PROCESS),
        _step(LOAD, NUMBER),
    ]
    code.append(_step(JUMP_GE, NEWEST + 1, 0, 1) + _step(RETURN, ERRNO | ENOSYS))
    for numbers in DENIED.values():
        if numbers[here] is not None:
            code.append(_case(numbers[here], [_step(RETURN, ERRNO | EPERM)]))
    code.append(_case(CLONE3[here], [_step(RETURN, ERRNO | ENOSYS)]))
    code.append(
        _case(CLONE[here], [
            _step(LOAD, ARGUMENT), _step(JUMP_SET, NAMESPACES, 0, 1), _step(RETURN, ERRNO | EPERM), _step(RETURN, ALLOW),
        ])
    )
    # Its own parent-death signal may be set to SIGKILL (forks of a job do) but not cleared.
    code.append(
        _case(PRCTL[here], [
            _step(LOAD, ARGUMENT),
            *(_step(JUMP_EQUAL, option, len(REFUSED_PRCTL) - at + 2, 0) for at, option in enumerate(REFUSED_PRCTL)),
            _step(JUMP_EQUAL, PR_SET_PDEATHSIG, 0, 3),
            _step(LOAD, ARGUMENT + 8), _step(JUMP_EQUAL, 9, 1, 0), _step(RETURN, ERRNO | EPERM), _step(RETURN, ALLOW),
        ])
    )
    code.append(_but_argument(FCNTL[here], 1, SIGNALLING_FCNTL + (() if shared_memory else LOCKING_FCNTL)))
    code.append(_but_argument(IOCTL[here], 1, SIGNALLING_IOCTL + FLAGS_IOCTL))
    # Every other mode than the plain one goes past the limit of a file's size.
    code.append(_only_argument(FALLOCATE[here], 1, [0]))
    # Nobody else's limits; and the one that keeps a crash from the machine's crash handler may be read only.
    own = [0] if own_pid is None else [0, own_pid]
    code.append(
        _case(PRLIMIT[here], [
            _step(LOAD, ARGUMENT), *(_step(JUMP_EQUAL, pid, len(own) - at, 0) for at, pid in enumerate(own)),
            _step(RETURN, ERRNO | EPERM),
            _step(LOAD, ARGUMENT + 8), _step(JUMP_EQUAL, RLIMIT_CORE, 0, 5),
            _step(LOAD, ARGUMENT + 16), _step(JUMP_EQUAL, 0, 0, 2),
            _step(LOAD, ARGUMENT + 20), _step(JUMP_EQUAL, 0, 1, 0), _step(RETURN, ERRNO | EPERM),
            _step(RETURN, ALLOW),
        ])
    )
    code.append(_but_argument(SETRLIMIT[here], 0, [RLIMIT_CORE]))
    if not shared_memory:
        for numbers in WITHOUT_GPU.values():
            if numbers[here] is not None:
                code.append(_case(numbers[here], [_step(RETURN, ERRNO | EPERM)]))
        code.append(
            _case(MMAP[here], [
                _step(LOAD, ARGUMENT + 8 * 3), _step(AND, MAP_SHARED_AND_ANONYMOUS),
                _step(JUMP_EQUAL, MAP_SHARED_AND_ANONYMOUS, 0, 1), _step(RETURN, ERRNO | EPERM), _step(RETURN, ALLOW),
            ])
        )
    if own_pid is not None:
        for numbers in PRETENDED.values():
            if numbers[here] is not None:
                code.append(_case(numbers[here], [_step(RETURN, ERRNO)]))
        code.append(_only_argument(KILL[here], 0, [0, own_pid]))
        code.append(_only_argument(TGKILL[here], 0, [own_pid]))
        code.append(_only_argument(TGSIGQUEUE[here], 0, [own_pid]))
    code.append(_step(RETURN, ALLOW))
    return b"".join(code)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install(pid_namespace, shared_memory):
    """Needs no_new_privs. Stays for this process and all it forks."""
    code = assemble(None if pid_namespace else os.getpid(), shared_memory)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(program))
