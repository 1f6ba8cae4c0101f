import type { Hostile } from "../program.ts";

const bomb = { seconds: 1, processes: 32, memoryMb: 1024 };

/** Programs that start, kill or leave processes. */
export const processes: readonly Hostile[] = [
  {
    name: "fork bomb",
    mustNot: "slow the machine or leave a process",
    outcomes: ["timeout", "memory", "crash"],
    limits: bomb,
    weak: true,
    program: "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
  },
  {
    name: "fork bomb in C whose children change session and ignore signals",
    mustNot: "slow the machine or leave a process",
    outcomes: ["timeout", "memory", "crash"],
    limits: bomb,
    weak: true,
    program: `
import ctypes
libc = ctypes.CDLL(None)
for number in range(1, 65): libc.signal(number, ctypes.c_void_p(1))
while True:
    if libc.fork() == 0: libc.setsid()`,
  },
  {
    name: "thread bomb",
    mustNot: "take more threads than its processes limit",
    outcomes: ["program", "memory", "timeout", "crash"],
    limits: { ...bomb, seconds: 3 },
    program:
      "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
  },
  {
    name: "kills every process",
    mustNot: "end anything but itself",
    outcomes: ["ok", "program", "crash"],
    weak: true,
    program: "import os\nos.kill(-1, 9)",
  },
  {
    name: "kills its parent and process 1",
    mustNot: "end its supervisor, the engine or the machine's init",
    outcomes: ["ok", "program", "crash"],
    weak: true,
    program: `
import os
for pid in (os.getppid(), 1):
    try: os.kill(pid, 9)
    except OSError: pass`,
  },
  {
    name: "kills by number: the engine, this process, a bystander, everything up to 70000",
    mustNot: "end anything but itself",
    outcomes: ["ok", "program", "crash"],
    weak: true,
    program: ({ engine, runner, victim }) => `
import os, signal
for pid in [${engine}, ${runner}, ${victim}, *range(2, 70000)]:
    if pid == os.getpid(): continue
    for number in (9, signal.SIGSTOP):
        try: os.kill(pid, number)
        except OSError: pass`,
  },
  {
    name: "kills its process group and its parent's",
    mustNot: "end anything but itself",
    outcomes: ["ok", "program", "crash"],
    weak: true,
    program: `
import os
for group in (os.getppid(), os.getsid(0), os.getpgid(0)):
    try: os.killpg(group, 9)
    except OSError: pass`,
  },
  {
    name: "daemon by double fork and setsid",
    mustNot: "run on when the job is settled",
    outcomes: ["ok"],
    weak: true,
    program: `
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(0, 512)
    while True:
        try: os.close(os.open('beat', os.O_WRONLY | os.O_CREAT | os.O_APPEND))
        except OSError: pass
        time.sleep(0.005)
time.sleep(0.1)`,
  },
  {
    name: "child that holds the log open",
    mustNot: "make the job wait for it",
    outcomes: ["ok"],
    weak: true,
    program: "import os, time\nif os.fork() == 0:\n  while True: time.sleep(1)",
  },
  {
    name: "kept scene that goes on working",
    mustNot: "run once its job is settled",
    outcomes: ["ok"],
    keep: true,
    weak: true,
    program: `
import os, sys
def work(*_):
    while True:
        try: os.close(os.open('beat', os.O_WRONLY | os.O_CREAT | os.O_APPEND))
        except OSError: pass
for module in list(sys.modules.values()):
    if getattr(module, '__name__', '').endswith('viga_engine.sandbox.box'):
        module.Box.next_request = work`,
  },
  {
    name: "kept scene whose sleeper is another process",
    mustNot: "run once its job is settled",
    outcomes: ["ok", "engine", "crash", "program"],
    keep: true,
    program: `
import os, sys, time
child = os.fork()
if child == 0:
    while True:
        try: os.close(os.open('beat', os.O_WRONLY | os.O_CREAT | os.O_APPEND))
        except OSError: pass
        time.sleep(0.001)
frame = sys._getframe()
while frame is not None:
    box = frame.f_locals.get('box')
    if hasattr(box, 'put_reply'):
        # The numbers of words it could have read in the engine: KEEPER and LEASHED.
        box.set_word(20, child)
        box.set_word(24, 1)
    frame = frame.f_back`,
  },
  {
    name: "kept scene with a daemon",
    mustNot: "run once its job is settled",
    outcomes: ["ok"],
    keep: true,
    program: "import os, time\nif os.fork() == 0:\n  os.setsid()\n  while True: time.sleep(0.01)",
  },
  {
    name: "threads left that spoil the render",
    mustNot: "change the picture's size",
    // In a process of its own the thread is there still while the picture is drawn.
    outcomes: ["ok", "crash"],
    program: `
import threading, time, bpy
def spoil():
    time.sleep(0.2)
    while True: bpy.context.scene.render.resolution_x = 9000
threading.Thread(target=spoil, daemon=True).start()`,
  },
  {
    name: "starts programs",
    mustNot: "execute any file",
    outcomes: ["ok"],
    weak: true,
    program: ({ outside }) => `
import os, subprocess
tries = [
    lambda: subprocess.run(['/bin/touch', '${outside}/open/spore'], check=True),
    lambda: subprocess.run('echo spore > ${outside}/open/spore', shell=True, check=True),
    lambda: os.posix_spawn('/bin/true', ['true'], {}),
]
for attempt in tries:
    try: attempt()
    except OSError: continue
    print('ESCAPED', 'a program ran')
if os.system('/bin/true') == 0: print('ESCAPED', 'a shell ran')
os.popen('touch ${outside}/open/spore').close() if False else None`,
  },
  {
    name: "becomes another program",
    mustNot: "execute any file, not even its own",
    outcomes: ["ok"],
    program: `
import os, ctypes
open('tool', 'wb').write(open('/bin/true', 'rb').read() if os.path.exists('/bin/true') else b'')
os.chmod('tool', 0o755)
for path in ('tool', '/bin/true', '/proc/self/exe'):
    pid = os.fork()
    if pid == 0:
        try: os.execv(path, [path])
        except OSError: os._exit(77)
    if os.waitpid(pid, 0)[1] != 77 << 8: print('ESCAPED', path, 'ran')`,
  },
  {
    name: "pool of worker processes",
    mustNot: "execute any file or leave a process",
    outcomes: ["program", "ok", "timeout"],
    limits: { seconds: 4 },
    program: `
import multiprocessing as mp
mp.set_start_method('spawn', force=True)
worker = mp.Process(target=print, args=('ESCAPED',))
worker.start()
worker.join()`,
  },
];
