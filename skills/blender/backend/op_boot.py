"""Operation "boot": what holds inside a job's sandbox, by trying; and what Blender finds there."""

import os
import socket


def handle(args, job):
    from ...sandbox import sandbox
    from . import card
    from ...sandbox.landlock import abi

    state = sandbox.state()
    error = job.render(_camera(), "boot.png", {"px": 32, "samples": 4})
    if error:
        raise RuntimeError(error["message"])
    return {
        "pid": state["namespacePid"],
        "uid": state["uid"],
        "capabilities": state["capabilities"],
        "seccomp": state["seccomp"],
        "landlock": abi() > 0,
        "readOnly": not _can_write(os.path.dirname(os.__file__)) and not _can_write("/var/tmp") and not _can_write("/"),
        "noNetwork": not _can_connect(),
        "threads": len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0,
        "renderers": card.renderers(),
        "denoiser": card.denoiser(),
        "devices": card.devices(),
    }


def _camera():
    import bpy

    camera = bpy.data.objects.new("Boot", bpy.data.cameras.new("Boot"))
    bpy.context.scene.collection.objects.link(camera)
    return "Boot"


def _can_write(folder):
    path = os.path.join(folder, f".viga-{os.getpid()}")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        os.unlink(path)
        return True
    except OSError:
        return False


def _can_connect():
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect(("192.0.2.1", 9))
        return True
    except OSError:
        return False
