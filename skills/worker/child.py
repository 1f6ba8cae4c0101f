"""The processes inside a job's sandbox: the job itself, and what holds on to a live scene after it."""

import os
import select
import signal

from ..sandbox import sandbox
from . import allocator, backend, forking, touched
from ..sandbox.box import ASKED, ENTERED, EXIT_STATUS, KEEPER, LEASHED
from .errors import describe
from ..sandbox.native import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, SIGKILL, close_all_but, die_with_parent, end_at_once_on_exit, flush_stdio, print_by_line, prctl


# Forks that stay, and those of fork_map, take their boxes from these.
SESSION_BOXES = 5


def start(box, settings, log_fd):
    """In the supervisor: forks the first process of a job's sandbox, which forks the job's own. They enter the sandbox once
    they hear of the job (`tell`). -> pid. Never returns in the children."""
    pid = _fork(settings.level)
    if pid:
        return pid
    try:
        # The channel to the engine's parent above all: a program could answer for itself on it.
        close_all_but({log_fd})
        die_with_parent(None)
        sandbox.separate(settings.level)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        first = os.getpid()
        pid = os.fork()
        if pid == 0:
            job(box, settings, log_fd, first)
        told = _told(box, log_fd, lambda: _runs(pid))
        sandbox.redirect_output(log_fd)
        leave_log()
        while not box.word(ENTERED) and _runs(pid):
            box.wait(ENTERED, 0, 0.02)
        if box.word(ENTERED):
            place = sandbox.Place(**told["place"])
            sandbox.follow(place)
            sandbox.lock(place)
    except BaseException as thrown:
        _refuse(box, thrown)
    first_process(box, pid, told)


def job(box, settings, log_fd, first):
    """The process that does the job. While it waits for it, it makes its own copies of what every job writes to. -> never"""
    try:
        touched.copy(settings.touched)
        allocator.hold()
        told = _told(box, log_fd)
        place = sandbox.Place(**{**told["place"], "parent": first})
        sandbox.redirect_output(log_fd)
        sandbox.enter(place)
        box.set_word(ENTERED, 1)
        forking.reserve(settings.cpus * SESSION_BOXES if told["session"] else settings.cpus)
        sandbox.lock(place)
    except BaseException as thrown:
        _refuse(box, thrown)
    if told["session"]:
        take_calls(box, settings, told["request"])
    finish(box, settings, told["request"], (lambda: keep_scene(box, settings)) if told["keep"] else None)


def tell(box, request, place, keep, session):
    """In the supervisor. keep: something of the job lives on; session: its process itself, for further calls.
    -> the ticket to wait for"""
    return box.ask({"request": request, "place": vars(place), "keep": keep, "session": session})


def _runs(pid):
    """Whether a child still does; it can be waited for afterwards."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _told(box, log_fd, still=lambda: True):
    """Waits, as long as the supervisor reads what the job will print."""
    poller = select.poll()
    poller.register(log_fd, 0)
    _, told = box.next_request(0, lambda: not poller.poll(0) and still())
    if told is None:
        os._exit(0)
    return told


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
    pid = _fork(place.level)
    if pid:
        return pid
    try:
        sandbox.redirect_output(log_fd)
        sandbox.separate(place.level)
        sandbox.enter(place)
    except BaseException as thrown:
        _refuse(box, thrown)
    return 0


def _fork(level):
    sandbox.before_fork(level)
    flush_stdio()
    forking.threads.stop()
    return os.fork()


def _refuse(box, thrown):
    failure = describe(thrown)
    failure.update(kind="engine", type="SandboxFailed", message=f"the sandbox could not be entered: {failure['message']}")
    box.put_reply({"ok": False, "error": failure})
    os._exit(3)


def finish(box, settings, request, on_keep):
    """Does the job in this very process and ends it. -> never"""
    forking.threads.start()
    end_at_once_on_exit()
    print_by_line()
    answer(box, 1, request, settings, on_keep)


def answer(box, ticket, request, settings, on_keep=None):
    perform(box, request, settings, on_keep)
    box.finish(ticket)
    leave_log()
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


def take_calls(box, settings, request):
    """One call after the other in this very process, which runs no program itself: calls fork for that. -> never"""
    parent = os.getppid()
    box.set_word(LEASHED, 1)
    forking.threads.start()
    end_at_once_on_exit()
    print_by_line()
    ticket = 1
    while request is not None:
        perform(box, request, settings)
        box.finish(ticket)
        ticket, request = box.next_request(ticket, lambda: os.getppid() == parent)
    os._exit(0)


def leave_log():
    """The pipe's end is what wakes the supervisor, which finds the job finished then."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)


def first_process(box, job, told):
    """Process 1 of a sandbox. It never runs the program, so nothing the program left behind, no thread and no handler, lives
    in it. job: the process that does the job. -> never"""
    while True:
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            # The end of a kept scene shows in ours. A job has been heard: ending would only keep its answer waiting.
            while not told["keep"]:
                signal.pause()
            os._exit(0)
        if ended == job:
            box.set_word(EXIT_STATUS, status)
            # A kept scene may have been asked for a probe since; a session's calls end with its process.
            box.finish(box.word(ASKED) if told["session"] else 1)


def keep_scene(box, settings):
    """Forks the live scene as it is now. The fork sleeps, and forks again for every probe: it never changes itself."""
    family = (os.getpid(), os.getppid())
    with allocator.apart():
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
