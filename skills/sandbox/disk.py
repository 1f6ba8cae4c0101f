"""What a job leaves on disk: how much there is while it runs, and the folder made safe to read afterwards."""

import os
import stat

from .mappings import DELETED

# Most files and folders that a job may leave.
MOST_ENTRIES = 20000
LONGEST_PATH = 2048


def disk_bytes(directory, at_most=MOST_ENTRIES):
    """-> (bytes, entries) below a folder; links are not followed."""
    total = seen = 0
    waiting = [directory]
    while waiting and seen < at_most:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if seen >= at_most:
                        break
        except OSError:
            continue
    return total, seen


def unlinked_bytes(places, removed, folders, unknown):
    """Of files in these folders that are removed but kept open or mapped, which no listing shows; `unknown` for each
    whose size the kernel does not tell us. places: where /proc tells of each process; removed: as `mappings` gives them."""
    starts = tuple(folder + "/" for folder in folders)
    found = {}
    for place in places:
        try:
            for fd in os.listdir(f"{place}/fd"):
                path = os.readlink(f"{place}/fd/{fd}")
                if path.endswith(DELETED) and path.startswith(starts):
                    info = os.stat(f"{place}/fd/{fd}")
                    found[info.st_ino] = info.st_blocks * 512
        except OSError:
            pass
    for number, (where, path) in removed.items():
        if number not in found and path.startswith(starts):
            try:
                found[number] = os.stat(where).st_blocks * 512
            except OSError:
                found[number] = unknown
    return sum(found.values())


def nearer(path, directory):
    """A folder so deep that no tool could reach or remove it comes up to the top. -> its path"""
    if len(os.fsencode(path)) < LONGEST_PATH:
        return path
    near = os.path.join(directory, f"deep-{os.urandom(6).hex()}")
    os.rename(path, near)
    return near


ACCESS_LISTS = ("system.posix_acl_access", "system.posix_acl_default")


def own_rights(path, mode):
    """The mode is ours to choose, and a list of further rights beside it goes."""
    for name in ACCESS_LISTS:
        try:
            os.removexattr(path, name)
        except OSError:
            pass
    os.chmod(path, mode)


def tidy(directory, owner, expected):
    """After the job: only plain files and folders stay (a link or a pipe would fool who reads next), owned as before
    and readable, whatever rights the program gave them. -> names of expected files that are plain files"""
    privileged = os.geteuid() == 0
    present = []
    waiting = [directory]
    seen = 0
    while waiting:
        folder = waiting.pop()
        try:
            own_rights(folder, stat.S_IMODE(owner.st_mode) if folder == directory else 0o755)
            entries = list(os.scandir(folder))
        except OSError:
            continue
        for entry in entries:
            seen += 1
            try:
                info = entry.stat(follow_symlinks=False)
                path = entry.path
                if stat.S_ISDIR(info.st_mode):
                    path = nearer(path, directory)
                    waiting.append(path)
                elif not stat.S_ISREG(info.st_mode) or info.st_nlink > 1 and info.st_uid != owner.st_uid or seen > MOST_ENTRIES:
                    os.unlink(path)
                    continue
                elif folder == directory and entry.name in expected and info.st_size > 0:
                    present.append(entry.name)
                if privileged and info.st_uid != owner.st_uid:
                    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
                if stat.S_ISREG(info.st_mode):
                    own_rights(path, 0o644)
            except OSError:
                continue
    if privileged:
        os.chown(directory, owner.st_uid, owner.st_gid)
    return present
