import type { Hostile } from "../program.ts";

const libc = "import ctypes, os, time\nlibc = ctypes.CDLL(None, use_errno=True)\n";

/** Programs that fill memory of the kernel's own, or take what a whole machine or user has a stock of. */
export const kernelMemory: readonly Hostile[] = [
  {
    name: "locks on single bytes of files, without end",
    mustNot: "be let: each is kernel memory without a limit",
    views: [],
    outcomes: ["ok"],
    weak: true,
    program: `
import fcntl, os
taken = 0
for i in range(100):
    fd = os.open(f'{i}', os.O_RDWR | os.O_CREAT)
    for at in range(0, 200, 2):
        try: fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
        except OSError: break
        taken += 1
if taken: print('ESCAPED', taken, 'locks')`,
  },
  {
    name: "a table of futexes of a gigabyte",
    mustNot: "be let",
    views: [],
    outcomes: ["ok"],
    weak: true,
    program: `${libc}
if libc.prctl(78, 1, 1 << 24, 0, 0) == 0: print('ESCAPED', libc.prctl(78, 2, 0, 0, 0), 'slots')`,
  },
  {
    name: "contexts, watched descriptors and queued signals, as many as there are",
    mustNot: "leave its user or the machine none",
    views: [],
    outcomes: ["ok"],
    weak: true,
    program: `${libc}
import select, signal, threading
if libc.syscall(206 if os.uname().machine == 'x86_64' else 0, 1000, ctypes.byref(ctypes.c_ulong(0))) == 0: print('ESCAPED contexts')
try: select.epoll(); print('ESCAPED watched descriptors')
except OSError: pass
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
try:
    for queued in range(20000): signal.pthread_kill(threading.get_ident(), signal.SIGRTMIN)
    print('ESCAPED', queued, 'signals')
except OSError: pass`,
  },
  {
    name: "forty processes with their memory in sixty thousand pieces each",
    mustNot: "hold the kernel's memory, nor keep who watches it busy beyond its seconds",
    views: [],
    limits: { seconds: 40 },
    outcomes: ["memory", "timeout"],
    program: `${libc}
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
at = libc.mmap(None, 60000 * 4096, 3, 0x22, -1, 0)
for i in range(0, 60000, 2):
    if libc.mprotect(at + i * 4096, 4096, 1): break
for _ in range(40):
    if os.fork() == 0: time.sleep(100)
time.sleep(20)
print('ESCAPED 2.4 million pieces')`,
  },
];
