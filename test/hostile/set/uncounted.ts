import type { Hostile } from "../program.ts";

const libc = "import ctypes, os, time\nlibc = ctypes.CDLL(None, use_errno=True)\n";

/** Programs that use what no listing of files or processes shows, or that go on when they should stand still. */
export const uncounted: readonly Hostile[] = [
  {
    name: "memory held by processes whose first thread has ended",
    mustNot: "use more memory than it may",
    views: [],
    limits: { memoryMb: 256, seconds: 40 },
    // Now and then all nine end before they hold anything (seen on 4.3): then there is nothing to end the job for.
    outcomes: ["memory", "crash", "ok"],
    weak: true,
    program: `${libc}
import threading
for i in range(9):
    if os.fork() == 0:
        def hold():
            time.sleep(0.05)
            x = (ctypes.c_char * (200 << 20))()
            ctypes.memset(x, 1, 200 << 20)
            open(f'held{i}', 'w').close()
            time.sleep(100)
        threading.Thread(target=hold, daemon=True).start()
        libc.syscall(60 if os.uname().machine == 'x86_64' else 93, 0)
time.sleep(38)
held = sum(os.path.exists(f'held{i}') for i in range(9)) * 200
print('ESCAPED' if held > 1000 else 'only', held, 'MB held')`,
  },
  {
    name: "space beyond a file's end, leases, waking timers, pairs and huge pages in pipes",
    mustNot: "be let",
    views: [],
    outcomes: ["ok"],
    weak: true,
    program: `${libc}
import fcntl, signal, socket
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long]
fd = os.open('f', os.O_RDWR | os.O_CREAT)
if libc.fallocate(fd, 1, 0, 1 << 30) == 0: print('ESCAPED fallocate')
os.posix_fallocate(fd, 0, 4096)
for name, call in {
    'lease': lambda: fcntl.fcntl(os.open('f', os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK),
    'signal of a file': lambda: fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGCONT),
    'owner of a file': lambda: fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid()),
    'socket pair': socket.socketpair,
    'priority': lambda: os.setpriority(os.PRIO_PROCESS, 0, 19),
    'scheduler': lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
}.items():
    try: call()
    except OSError: continue
    print('ESCAPED', name)
timer = ctypes.c_int()
if libc.timer_create(1, None, ctypes.byref(timer)) == 0: print('ESCAPED timer')
if libc.vmsplice(os.pipe()[1], None, 0, 0) == 0: print('ESCAPED vmsplice')
assert fcntl.fcntl(fd, fcntl.F_GETFL) >= 0`,
  },
  {
    name: "a kept scene that sets a timer to wake itself",
    mustNot: "go on working once its scene is kept",
    keep: true,
    outcomes: ["ok", "engine", "program", "crash"],
    program: `${libc}
import signal, sys
beat = os.open('beat', os.O_RDWR | os.O_CREAT)
Box = sys.modules['viga_engine.sandbox.box'].Box
keeper = sys.modules['viga_engine.sandbox.box'].KEEPER
true_set = Box.set_word
class Times(ctypes.Structure): _fields_ = [(n, ctypes.c_long) for n in ('is_', 'in_', 'vs', 'vn')]
class Event(ctypes.Structure): _fields_ = [('value', ctypes.c_void_p), ('signo', ctypes.c_int), ('notify', ctypes.c_int), ('pad', ctypes.c_char * 48)]
def set_word(self, offset, value):
    true_set(self, offset, value)
    if offset != keeper: return
    signal.signal(signal.SIGCONT, lambda *_: None)
    timer, event = ctypes.c_int(), Event(None, signal.SIGCONT, 0)
    libc.syscall(222, 1, ctypes.byref(event), ctypes.byref(timer))
    libc.syscall(223, timer, 0, ctypes.byref(Times(0, 20_000_000, 0, 20_000_000)), None)
    while True: os.write(beat, b'beat'); sum(range(20000))
Box.set_word = set_word`,
  },
  {
    name: "a crash while its scene is to be kept",
    mustNot: "be told as an end of its own",
    keep: true,
    outcomes: ["crash"],
    program: "import ctypes\nctypes.string_at(0)",
  },
  {
    name: "true where a whole number is due",
    mustNot: "break who reads its reply",
    outcomes: ["ok", "output"],
    program: `
import sys
runner = sys.modules['viga_engine.blender.backend.runner']
true = runner.results
def results(request, job, reply, *rest, **more):
    out = true(request, job, reply, *rest, **more)
    for render in reply['renders']: render['frame'] = True
    return out
runner.results = results`,
  },
  {
    name: "a picture with megabytes behind its end",
    mustNot: "pass a picture of any length on as whole",
    outcomes: ["output"],
    program: `
import sys
runner = sys.modules['viga_engine.blender.backend.runner']
true = runner.render.picture
def picture(camera, path, *rest, **more):
    out = true(camera, path, *rest, **more)
    with open(path, 'ab') as file: file.write(bytes(1 << 20))
    return out
runner.render.picture = picture`,
  },
  {
    name: "a summary of forty megabytes",
    mustNot: "have a summary of any size passed on",
    outcomes: ["output"],
    limits: { seconds: 60 },
    program: `
import sys
info = sys.modules['viga_engine.blender.backend.scene_info']
def write(path, *rest, **more):
    with open(path, 'w') as file: file.write('{"objects": ' + '[' * (20 << 20) + ']' * (20 << 20) + '}')
info.write = write`,
  },
  {
    name: "searches its memory for an earlier job's program and what that printed",
    mustNot: "find them",
    views: [],
    outcomes: ["ok"],
    limits: { seconds: 60 },
    before: "print('PLANTED-IN-AN-EARLIER-PROGRAM-7f3a91')\nraise ValueError('PLANTED-IN-AN-EARLIER-PROGRAM-7f3a91')",
    program: `
import re
pattern = re.compile(rb'PLANTED-IN-AN-EARLIER-PRO[G]RAM-7f3a91')
try:
    memory = open('/proc/self/mem', 'rb', 0)
    maps = open('/proc/self/maps').read().splitlines()
except OSError:
    maps = []
for line in maps:
    fields = line.split()
    start, end = (int(x, 16) for x in fields[0].split('-'))
    if not fields[1].startswith('rw') or end - start > 64 << 20 or len(fields) > 5 and fields[5].startswith('/'): continue
    try:
        memory.seek(start)
        found = pattern.search(memory.read(end - start))
    except (OSError, ValueError, OverflowError): continue
    if found: print('ESCAPED', found[0])`,
  },
  {
    name: "a renderer of its own under the name of Cycles",
    mustNot: "paint the picture itself",
    outcomes: ["program"],
    weak: true,
    program: `
for old in [c for c in bpy.types.RenderEngine.__subclasses__() if getattr(c, 'bl_idname', '') == 'CYCLES']: bpy.utils.unregister_class(old)
class Mine(bpy.types.RenderEngine):
    bl_idname = 'CYCLES'
    bl_label = 'Cycles'
    def render(self, depsgraph):
        w, h = depsgraph.scene.render.resolution_x, depsgraph.scene.render.resolution_y
        result = self.begin_result(0, 0, w, h)
        result.layers[0].passes['Combined'].rect = [[1.0, 0.0, 0.0, 1.0]] * (w * h)
        self.end_result(result)
bpy.utils.register_class(Mine)`,
  },
  {
    name: "a method of its own in Cycles' class",
    mustNot: "paint the picture itself",
    outcomes: ["program"],
    program: `
import cycles
def render(self, depsgraph):
    w, h = depsgraph.scene.render.resolution_x, depsgraph.scene.render.resolution_y
    result = self.begin_result(0, 0, w, h)
    result.layers[0].passes['Combined'].rect = [[1.0, 0.0, 0.0, 1.0]] * (w * h)
    self.end_result(result)
cycles.CyclesRender.render = render`,
  },
  {
    name: "a kept scene that takes every watch on files",
    mustNot: "leave its user none",
    keep: true,
    outcomes: ["ok"],
    program: `${libc}
x86 = os.uname().machine == 'x86_64'
calls = [lambda: libc.syscall(294 if x86 else 26, 0)] + ([lambda: libc.syscall(253)] if x86 else [])
taken = sum(call() >= 0 for call in calls for _ in range(200))
if taken: print('ESCAPED', taken, 'watches')`,
  },
];
