"""The processes inside a job's sandbox: the job itself, and what holds on to a live scene after it."""

import os

from ..sandbox import sandbox
from . import backend, forking
from ..sandbox.box import ASKED, EXIT_STATUS, KEEPER, LEASHED
from .errors import describe
from ..sandbox.native import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, SIGKILL, close_all_but, die_with_parent, end_at_once_on_exit, flush_stdio, print_by_line, prctl


# Forks that stay, and those of fork_map, take their boxes from these.
SESSION_BOXES = 5


def start(box, settings, place, log_fd, keep, session=False):
    """In the supervisor. keep: something of it lives on; session: the job's process itself, for further calls.
    -> pid of the sandbox's first process. Never returns in the child."""
    pid = _fork_into(box, place, log_fd)
    if pid:
        return pid
    try:
        # The channel to the engine's parent above all: a program could answer for itself on it.
        close_all_but(set())
        forking.reserve(settings.cpus * SESSION_BOXES if session else settings.cpus)
        sandbox.lock(place)
    except BaseException as thrown:
        _refuse(box, thrown)
    if keep:
        first_process(box, settings, session)
    finish(box, settings, None)


def start_anew(box, memfd, settings, place, log_fd):
    """The same, with a process of the engine of its own: the sandbox is entered here and locked there, once it can do without exec."""
    kept = {name: os.environ[name] for name in backend.in_use.environment if name in os.environ}
    pid = _fork_into(box, place, log_fd)
    if pid:
        return pid
    try:
        close_all_but({memfd})
        os.set_inheritable(memfd, True)
        inner = {"fd": memfd, "place": vars(place), "cpus": settings.cpus, "device": settings.device}
        command = backend.in_use.command(inner)
        os.execve(command[0], command, {**os.environ, **kept})
    except BaseException as thrown:
        _refuse(box, thrown)


def _fork_into(box, place, log_fd):
    sandbox.before_fork(place.level)
    flush_stdio()
    forking.threads.stop()
    pid = os.fork()
    if pid:
        return pid
    try:
        sandbox.redirect_output(log_fd)
        sandbox.enter(place)
    except BaseException as thrown:
        _refuse(box, thrown)
    return 0


def _refuse(box, thrown):
    failure = describe(thrown)
    failure.update(kind="engine", type="SandboxFailed", message=f"the sandbox could not be entered: {failure['message']}")
    box.put_reply({"ok": False, "error": failure})
    os._exit(3)


def finish(box, settings, on_keep):
    """Does the job in this very process and ends it. -> never"""
    forking.threads.start()
    end_at_once_on_exit()
    print_by_line()
    answer(box, 1, box.request(), settings, on_keep)


def answer(box, ticket, request, settings, on_keep=None):
    perform(box, request, settings, on_keep)
    leave_log()
    box.finish(ticket)
    os._exit(0)


def perform(box, request, settings, on_keep=None):
    reply = backend.in_use.perform(request, settings.cpus, settings.device, keep=on_keep)
    try:
        box.put_reply(reply)
    except (ValueError, TypeError) as thrown:
        failure = describe(thrown)
        failure.update(kind="output", type="ReplyTooLarge")
        box.put_reply({"ok": False, "error": failure})
    flush_stdio()


def take_calls(box, settings):
    """One call after the other in this very process, which runs no program itself: calls fork for that. -> never"""
    parent = os.getppid()
    die_with_parent(parent)
    box.set_word(LEASHED, 1)
    forking.threads.start()
    end_at_once_on_exit()
    print_by_line()
    ticket, request = 1, box.request()
    while request is not None:
        perform(box, request, settings)
        box.finish(ticket)
        ticket, request = box.next_request(ticket, lambda: os.getppid() == parent)
    os._exit(0)


def leave_log():
    """The pipe's end is what wakes the supervisor."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)


def first_process(box, settings, session):
    """Process 1 of a sandbox whose scene is kept, or whose process takes further calls. It never runs the program, so
    nothing the program left behind, no thread and no handler, lives in it; it ends when nothing else is left."""
    box.set_word(EXIT_STATUS, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    pid = os.fork()
    if pid == 0 and session:
        take_calls(box, settings)
    if pid == 0:
        finish(box, settings, lambda: keep_scene(box, settings))
    while True:
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(0)
        if ended == pid:
            box.set_word(EXIT_STATUS, status)
            # A kept scene may have been asked for a probe since; a session's calls end with its process.
            box.finish(box.word(ASKED) if session else 1)


def keep_scene(box, settings):
    """Forks the live scene as it is now. The fork sleeps, and forks again for every probe: it never changes itself."""
    family = (os.getpid(), os.getppid())
    pid = forking.fork()
    if pid:
        # The supervisor spares the keeper by its number: it has to be known before the job ends.
        while not box.word(KEEPER) and os.waitpid(pid, os.WNOHANG)[0] == 0:
            box.wait(KEEPER, 0, 0.02)
        return
    forking.threads.stop()
    box.set_word(KEEPER, os.getpid())
    # Its parent is the job, which ends soon, then process 1 of the sandbox: with that it ends too, even while stopped.
    while os.getppid() != family[1]:
        if os.getppid() not in family:
            os._exit(0)
        box.wait(LEASHED, 0, 0.02)
    prctl(PR_SET_PDEATHSIG, SIGKILL)
    box.set_word(LEASHED, 1)
    seen = 1
    while True:
        # Our parent is first the job, then process 1 of the sandbox. Without a namespace its end would not end us.
        seen, request = box.next_request(seen, lambda: os.getppid() in family)
        if request is None:
            os._exit(0)
        probe = forking.fork()
        if probe == 0:
            answer(box, seen, request, settings)
        _, status = os.waitpid(probe, 0)
        box.set_word(EXIT_STATUS, status)
        box.finish(seen)
