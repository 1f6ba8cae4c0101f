"""A job's own file tree: the engine and its libraries read-only, the files its scene refers to, one writable folder.

Nothing else exists in it: no home folders, no other jobs, no data sets, no goal pictures.
"""

import errno
import os
import sys

from .native import MS_BIND, MS_NODEV, MS_NOSUID, MS_PRIVATE, MS_RDONLY, MS_REC, MS_REMOUNT, mount, mount_setattr, syscall, umount_lazily
from .native import encoded

HOME = "/tmp/home"
SKILLS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ETC = (
    "ld.so.cache", "fonts", "alternatives", "passwd", "group", "localtime", "nsswitch.conf", "glvnd", "OpenCL", "nvidia", "egl",
)
# Not zero: a shared mapping of it is memory that no limit counts.
DEVICES = ("null", "full", "random", "urandom")


def system_paths(engine, temporary):
    """Top folders the engine needs: those it names, and what it has loaded. temporary: the start of paths of files that it
    made for itself. Call it in the parent, once."""
    wanted = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", *(os.path.join(SKILLS, name) for name in ("sandbox", "worker"))]
    wanted += ["/etc/" + name for name in ETC] + ["/sys/devices/system"]
    wanted += [*engine, sys.prefix, *sys.path]
    with open("/proc/self/maps") as maps:
        for line in maps:
            at = line.find("/")
            path = line[at:].rstrip("\n") if at >= 0 else ""
            if path and not path.startswith(("/dev", "/memfd", "/SYSV", temporary)) and os.path.isfile(path):
                wanted.append(os.path.dirname(path))
    found = []
    for path in sorted({os.path.abspath(p) for p in wanted if p and os.path.exists(p)}, key=len):
        if path != "/" and not any(path == f or path.startswith(f + "/") for f in found):
            found.append(path)
    return found


def build_root(folders, readonly, system, tmp_mb, gpu, temporary):
    """In a fresh mount namespace; afterwards "/" is the new tree and the old one is gone."""
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    binds = [(path, False) for path in system]
    binds += [("/dev/" + name, True) for name in DEVICES]
    if gpu:
        binds += [("/sys", False), ("/dev/dri", True)]
        binds += [("/dev/" + name, True) for name in sorted(os.listdir("/dev")) if name.startswith("nvidia")]
    # The sources are opened first: the new root is mounted over a folder that may hold some of them.
    opened = [(path, writable, _open(path)) for path, writable in binds]
    files = [(path, False, _open(path)) for path in readonly]
    jobs = [(path, True, _open(path)) for path in folders]
    mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID, "size=4m,mode=755")
    new = "/tmp"
    os.makedirs(new + "/proc", exist_ok=True)
    _mount_proc(new + "/proc")
    options = f"size={tmp_mb}m,nr_inodes=65536,mode=1777"
    for path in in_memory(temporary, folders):
        os.makedirs(new + path, exist_ok=True)
        mount("tmpfs", new + path, "tmpfs", MS_NOSUID | MS_NODEV, options)
    os.makedirs(new + HOME)
    os.chmod(new + HOME, 0o777)
    for source in opened + jobs:
        _bind(new, *source)
    for source in files:
        if not _inside(source[0], folders):
            _bind(new, *source)
    for name in ("stdin", "stdout", "stderr"):
        os.symlink(f"/proc/self/fd/{('stdin', 'stdout', 'stderr').index(name)}", f"{new}/dev/{name}")
    os.makedirs(new + "/.old")
    syscall("pivot_root", encoded(new), encoded(new + "/.old"))
    os.chdir("/")
    umount_lazily("/.old")
    os.rmdir("/.old")
    _read_only("/", recursive=False)


def in_memory(temporary, folders):
    """Folders of the job's tree that are memory, each with room for its largest file."""
    return ["/dev/shm", "/tmp"] + ([temporary] if temporary and not _inside(temporary, folders) else [])


def _inside(path, folders):
    return any((path + "/").startswith(folder + "/") for folder in folders)


def _open(path):
    try:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return -1


def _bind(new, path, writable, fd):
    """At the same absolute path; a source that does not exist is left out."""
    if fd < 0:
        return
    source = f"/proc/self/fd/{fd}"
    target = new + path
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.lexists(target):
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o644))
    mount(source, target, None, MS_BIND | MS_REC)
    if not writable:
        _read_only(target, recursive=True)
    os.close(fd)


def _read_only(path, recursive):
    try:
        mount_setattr(path, 1 | 2, recursive)  # Read-only, no set-user-id.
    except OSError as thrown:
        if thrown.errno not in (errno.ENOSYS, errno.EINVAL):
            raise
        mount(None, path, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID)


def _mount_proc(path):
    try:
        mount("proc", path, "proc", MS_NOSUID | MS_NODEV)
    except OSError as thrown:
        # Containers that mask parts of /proc forbid a fresh one in a user namespace; the job does without.
        if thrown.errno != errno.EPERM:
            raise
