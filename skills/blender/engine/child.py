"""The processes inside a job's sandbox: the job itself, and what holds on to a live scene after it."""

import os

from . import forking, runner, sandbox
from .box import EXIT_STATUS
from .errors import describe
from .native import flush_stdio


def start(box, request, settings, readonly, folders, uid, log_fd, keep, supervisor):
    """In the supervisor. -> pid of the sandbox's first process. Never returns in the child."""
    sandbox.before_fork(settings.level)
    flush_stdio()
    forking.threads.stop()
    pid = os.fork()
    if pid:
        return pid
    try:
        sandbox.redirect_output(log_fd)
        sandbox.enter(
            settings.level, folders, readonly + settings.readable, settings.system, request["limits"], uid,
            settings.device == "GPU", settings.temporary, supervisor if settings.level == "weak" else None,
        )
    except BaseException as thrown:
        failure = describe(thrown)
        failure.update(kind="engine", type="SandboxFailed", message=f"the sandbox could not be entered: {failure['message']}")
        box.put_reply({"ok": False, "error": failure})
        os._exit(3)
    if keep:
        first_process(box, settings)
    finish(box, settings, None)


def finish(box, settings, on_keep):
    """Does the job in this very process and ends it. -> never"""
    forking.threads.start()
    answer(box, box.request(), settings, on_keep)


def answer(box, request, settings, on_keep=None):
    reply = runner.perform(request, settings.cpus, settings.device, keep=on_keep)
    try:
        box.put_reply(reply)
    except (ValueError, TypeError) as thrown:
        failure = describe(thrown)
        failure.update(kind="output", type="ReplyTooLarge")
        box.put_reply({"ok": False, "error": failure})
    flush_stdio()
    os._exit(0)


def first_process(box, settings):
    """Process 1 of a sandbox whose scene is kept. It never runs the program, so nothing the program left behind, no
    thread and no handler, lives in it; it ends when nothing else is left."""
    box.set_word(EXIT_STATUS, 0)
    pid = os.fork()
    if pid == 0:
        finish(box, settings, lambda: keep_scene(box, settings))
    while True:
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(0)
        if ended == pid:
            box.set_word(EXIT_STATUS, status)
            box.finish(1)


def keep_scene(box, settings):
    """Forks the live scene as it is now. The fork sleeps, and forks again for every probe: it never changes itself."""
    pid = forking.fork()
    if pid:
        return
    forking.threads.stop()
    seen = 1
    while True:
        seen, request = box.next_request(seen)
        probe = forking.fork()
        if probe == 0:
            answer(box, request, settings)
        _, status = os.waitpid(probe, 0)
        box.set_word(EXIT_STATUS, status)
        box.finish(seen)
