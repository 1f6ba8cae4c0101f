"""Watches a job from outside its sandbox: deadline, memory, disk; and ends all of it."""

import ctypes
import os
import signal
import time

from .disk import MOST_ENTRIES, disk_bytes, unlinked_bytes
from .mappings import MOST_MAPPINGS, mappings
from .native import libc

CHECK_EVERY = 0.2
# Files grow faster than memory can be counted: by a gigabyte a second and more.
LOOK_AT_DISK_EVERY = 0.03
# A job may fill this many times its largest file before it is stopped.
DISK_FACTOR = 2
# Memory of an idle engine that a job is not blamed for.
ENGINE_ITSELF = 512 << 20


def children(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += [int(p) for p in file.read().split()]
    except OSError:
        pass
    return found


def descendants(pid, at_most=4096):
    found, waiting = [], children(pid)
    while waiting and len(found) < at_most:
        found += waiting
        waiting = [grand for child in waiting for grand in children(child)]
    return found


def seen_at(pid):
    """Where /proc tells of a process: at one of its other threads when the first has ended, for then its own entry shows
    neither memory nor files."""
    own = f"/proc/{pid}"
    try:
        if _state(f"{own}/stat") not in ("Z", "X"):
            return own
        for task in os.listdir(f"{own}/task"):
            if _state(f"{own}/task/{task}/stat") not in ("Z", "X"):
                return f"{own}/task/{task}"
    except (OSError, IndexError):
        pass
    return own


def _state(path):
    with open(path) as file:
        return file.read().rpartition(")")[2].split()[0]


PAGE_TABLES = "VmPTE:"


def private_bytes(pids):
    """An upper bound, quickly: memory that forks still share is counted for each of them."""
    return _sum_of(pids, "status", ("RssAnon:", "RssShmem:", PAGE_TABLES))


def proportional_bytes(pids):
    """What the processes use together, shared pages counted once, or as `private_bytes` where we may not look; slow,
    milliseconds each."""
    total = 0
    for pid in pids:
        try:
            total += _sum_of([pid], "status", (PAGE_TABLES,)) + _read(pid, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))
        except PermissionError:
            total += private_bytes([pid])
        except (OSError, IndexError, ValueError):
            continue
    return total


def _sum_of(pids, name, starts):
    total = 0
    for pid in pids:
        try:
            total += _read(pid, name, starts)
        except (OSError, IndexError, ValueError):
            continue
    return total


def _read(pid, name, starts):
    with open(f"{seen_at(pid)}/{name}") as file:
        return sum(int(line.split()[1]) * 1024 for line in file if line.startswith(starts))


EXITING = 0x4  # PF_EXITING: this thread will never run a line of its own again.


def alive(pid):
    """Whether any thread of it may still run; one whose memory the kernel is clearing away may not."""
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            if fields[0] not in ("Z", "X") and not int(fields[6]) & EXITING:
                return True
    except FileNotFoundError:
        # A thread ended while we looked; the process may be there still.
        return os.path.exists(f"/proc/{pid}/task/{pid}") and alive(pid)
    except (OSError, IndexError, ValueError):
        pass
    return False


def inner_pid(pid):
    """The process's own number in its PID namespace."""
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith("NSpid:"):
                    return int(line.split()[-1])
    except (OSError, ValueError):
        pass
    return -1


def purge(root, also, spare):
    """Ends what a job left running below `root`, and below us when `also`; `spare` is the number, in its namespace, of
    the one that stays. -> whether anything was found"""
    found = False
    for _ in range(1000):
        strays = descendants(root) + (descendants(os.getpid()) if also else [])
        strays = [pid for pid in set(strays) if pid != root and alive(pid) and inner_pid(pid) != spare]
        if not strays:
            return found
        found = True
        for pid in strays:
            try:
                os.kill(pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        time.sleep(0.0003)
    return found


def stop(root, also):
    """SIGSTOP to all below `root`, and below us when `also`, and waits until they stand still. -> their pids"""
    found = [pid for pid in set(descendants(root) + (descendants(os.getpid()) if also else [])) if pid != root and alive(pid)]
    for pid in found:
        try:
            os.kill(pid, signal.SIGSTOP)
        except (ProcessLookupError, PermissionError):
            pass
    limit = time.monotonic() + 1
    while time.monotonic() < limit and not all_stopped(found):
        time.sleep(0.0002)
    return found


def all_stopped(pids):
    return all(_is_stopped(pid) for pid in pids)


def _is_stopped(pid):
    """Every thread of it: the first may have ended, and says nothing of the others then."""
    try:
        return all(_state(f"/proc/{pid}/task/{task}/stat") in "TtZX" for task in os.listdir(f"/proc/{pid}/task"))
    except (OSError, IndexError):
        return True


class Overrun:
    """Why a job must be stopped, checked now and then. in_memory: folders of its own tree that lie in memory, as its first
    process `pid` sees them."""

    def __init__(self, pid, request, folders, in_memory, began):
        limits = request["limits"]
        self.pid = pid
        self.folders = folders
        self.in_memory = in_memory
        self.largest = limits["fileMb"] << 20
        self.deadline = began + limits["seconds"]
        self.seconds = limits["seconds"]
        self.memory = limits["memoryMb"] << 20
        self.before = self.on_disk()[0]
        self.disk = DISK_FACTOR * self.largest
        self.next = began + CHECK_EVERY
        self.next_on_disk = began + LOOK_AT_DISK_EVERY

    def on_disk(self):
        """-> (bytes, entries)"""
        counted = [disk_bytes(folder) for folder in self.folders]
        used = sum(used for used, _ in counted)
        used += sum(used_bytes(f"/proc/{self.pid}/root{path}", self.largest) for path in self.in_memory)
        return used, sum(entries for _, entries in counted)

    def verdict(self):
        """None, or (kind, type, message, hint)."""
        now = time.monotonic()
        if now >= self.deadline:
            return "timeout", "Timeout", f"the job took longer than {self.seconds:g} s", "do less: fewer objects, lower subdivision, no endless loop, no renders of its own"
        if now < self.next:
            return self.quick_verdict(now)
        # Below us, not below its first process: without a PID namespace what that one leaves behind comes to us.
        family = descendants(os.getpid())
        most = self.memory + ENGINE_ITSELF
        if private_bytes(family) > most and proportional_bytes(family) > most:
            return "memory", "OutOfMemory", "the job used more memory than it may", "use fewer objects, or lower subdivision"
        places = [seen_at(pid) for pid in family]
        pieces, removed = mappings(places)
        self.next = time.monotonic() + CHECK_EVERY
        if pieces > MOST_MAPPINGS:
            return "memory", "OutOfMemory", "the job's processes have memory in more pieces than they may", "start fewer processes"
        return self.disk_verdict(unlinked_bytes(places, removed, self.folders, self.largest))

    def quick_verdict(self, now):
        """By the files that can be seen alone; a folder that takes long to look through is looked at less often."""
        if now < self.next_on_disk:
            return None
        found = self.disk_verdict()
        self.next_on_disk = time.monotonic() + max(LOOK_AT_DISK_EVERY, 5 * (time.monotonic() - now))
        return found

    def disk_verdict(self, unlinked=0):
        used, entries = self.on_disk()
        if used + unlinked - self.before > self.disk or entries >= MOST_ENTRIES:
            return "output", "TooMuchOutput", "the job wrote more to disk than it may", "write fewer or smaller files"
        return None


def used_bytes(mounted, size):
    """Of a file system of `size` bytes; 0 where its process has ended, or has no tree of its own yet."""
    try:
        info = os.statvfs(mounted)
    except OSError:
        return 0
    return (info.f_blocks - info.f_bfree) * info.f_frsize if info.f_blocks * info.f_frsize == size else 0


# Rounds in which a job's processes are ended one by one before its user is ended as a whole.
ROUNDS = 3


def kill_all(pid, level, user=None):
    """Everything the job started; pid: its first process, None when that has ended already; user: of this job alone, or
    None. -> its wait status"""
    status = None
    if level == "weak" and pid is not None:
        kill_tree(pid, spare_root=True)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    if level != "weak":
        # The kernel ends a PID namespace with its first process.
        return status
    # Orphans come to us, their subreaper; a fork bomb needs several rounds.
    for done in range(2000):
        if done == ROUNDS and user is not None:
            end_user(user)
        kill_tree(os.getpid(), spare_root=True)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            break
        time.sleep(0.001)
    return status


def end_user(uid):
    """All processes of a user that only jobs have, in one call: none of them is left to start another meanwhile. Only root
    can, and where that user cannot be had nothing is done."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


def kill_tree(pid, spare_root):
    for target in descendants(pid) + ([] if spare_root else [pid]):
        try:
            os.kill(target, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def set_subreaper():
    libc.prctl(36, ctypes.c_ulong(1), 0, 0, 0)
