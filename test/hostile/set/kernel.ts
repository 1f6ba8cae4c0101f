import type { Hostile } from "../program.ts";

const refused = { mustNot: "be let", views: [], outcomes: ["ok"] as const, weak: true as const };
const libc = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n";

/** Each (name, call) that does not fail is an escape. */
const each = (calls: string): string => `${libc}
for name, call in {
${calls}
}.items():
    try: result = call()
    except OSError: continue
    if result >= 0: print('ESCAPED', name, result)`;

/** Programs that ask the kernel directly. */
export const kernel: readonly Hostile[] = [
  {
    name: "mounts, namespaces and another root by ctypes",
    ...refused,
    program: each(`
    'mount': lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None),
    'bind': lambda: libc.mount(b'/', b'.', None, 4096, None),
    'remount': lambda: libc.mount(None, b'/', None, 32 | 4096, None),
    'umount': lambda: libc.umount2(b'/tmp', 2),
    'pivot_root': lambda: libc.syscall(155, b'.', b'.'),
    'chroot': lambda: libc.chroot(b'.'),
    **{f'unshare {flag:x}': (lambda flag=flag: libc.unshare(flag)) for flag in
       (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)},
    'setns': lambda: libc.setns(os.open('/proc/self/ns/mnt', os.O_RDONLY), 0),
    'fsopen': lambda: libc.syscall(430, b'tmpfs', 0),
    'open_tree': lambda: libc.syscall(428, -100, b'/', 1),`),
  },
  {
    name: "users, capabilities and keys by ctypes",
    ...refused,
    program: each(`
    'setuid': lambda: libc.setuid(0),
    'setgid': lambda: libc.setgid(0),
    'setresuid': lambda: libc.setresuid(0, 0, 0),
    'setgroups': lambda: libc.setgroups(1, (ctypes.c_uint * 1)(0)),
    'capset': lambda: libc.syscall(126, (ctypes.c_uint * 2)(0x20080522, 0), (ctypes.c_uint * 6)(*[0xffffffff] * 6)),
    'keyctl': lambda: libc.syscall(250, 0, -3, 1),
    'add_key': lambda: libc.syscall(248, b'user', b'spore', b'x', 1, -3),
    'sethostname': lambda: libc.sethostname(b'spore', 5),
    'nice': lambda: 0 if libc.setpriority(0, 0, -20) == 0 else -1,
    'realtime': lambda: libc.sched_setscheduler(0, 1, ctypes.byref(ctypes.c_int(1))),
    'affinity': lambda: libc.sched_setaffinity(0, 8, ctypes.byref(ctypes.c_ulong(0xffff))),`),
  },
  {
    name: "tracing, kernel interfaces and its own leash by ctypes",
    ...refused,
    program: each(`
    'ptrace': lambda: libc.ptrace(0, 0, None, None),
    'death signal': lambda: libc.prctl(1, 0, 0, 0, 0),
    'memory limit': lambda: libc.setrlimit(9, (ctypes.c_long * 2)(-1, -1)),
    'bpf': lambda: libc.syscall(321, 0, ctypes.create_string_buffer(128), 128),
    'perf': lambda: libc.syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0),
    'userfaultfd': lambda: libc.syscall(323, 0),
    'io_uring': lambda: libc.syscall(425, 8, ctypes.create_string_buffer(256)),
    'init_module': lambda: libc.syscall(175, b'', 0, b''),
    'syslog': lambda: libc.klogctl(3, ctypes.create_string_buffer(64), 64),
    'swapon': lambda: libc.swapon(b'/dev/zero', 0),
    'x32': lambda: libc.syscall(0x40000000 + 39),
    'clone': lambda: libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0),
    'clone3': lambda: libc.syscall(435, (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17), 64),
    'execveat': lambda: libc.syscall(322, -100, b'/bin/true', None, None, 0),
    'inject': lambda: libc.ioctl(0, 0x5412, b'x'),`),
  },
  {
    name: "calls newer than the filter",
    ...refused,
    program: each(`
    'flags of a file by its path': lambda: libc.syscall(469, -100, b'.', ctypes.create_string_buffer(64), 24, 0),
    'a detached tree': lambda: libc.syscall(467, -100, b'/', 0, ctypes.create_string_buffer(64), 32),
    **{f'call {number}': (lambda number=number: 0 if libc.syscall(number, -1, 0, 0, 0) < 0 and ctypes.get_errno() != 38 else -1)
       for number in range(467, 512)},`),
  },
];
