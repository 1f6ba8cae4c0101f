import type { Hostile } from "../program.ts";

const blind = { mustNot: "find the secret", views: [] };

/** Programs that read what is none of their business. They print what they find; the secret in a log is an escape. */
export const secrets: readonly Hostile[] = [
  {
    name: "reads its environment",
    ...blind,
    outcomes: ["ok"],
    weak: true,
    program: `
import ctypes, os
print(dict(os.environ))
at = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ')
i = 0
while at[i]: print(at[i]); i += 1
try: print(open('/proc/self/environ', 'rb').read())
except OSError: pass`,
  },
  {
    name: "reads other processes",
    ...blind,
    outcomes: ["ok"],
    weak: true,
    program: ({ victim, engine, runner }) => `
import glob, os
for pid in [${victim}, ${engine}, ${runner}, 1, *range(2, 400)]:
    if pid == os.getpid(): continue
    for name in ('environ', 'maps', 'mem', 'root/etc/shadow', 'stack', 'auxv'):
        try: data = open(f'/proc/{pid}/{name}', 'rb').read(4096)
        except OSError: continue
        if data and pid in (${victim}, ${engine}, ${runner}): print('ESCAPED', pid, name, data[:200])
    for name in ('root', 'cwd', 'exe'):
        try: print('ESCAPED', os.readlink(f'/proc/{pid}/{name}')) if pid in (${victim}, ${engine}, ${runner}) else None
        except OSError: pass`,
  },
  {
    name: "reads other processes' memory by system calls",
    ...blind,
    outcomes: ["ok"],
    weak: true,
    program: ({ victim, engine, runner }) => `
import ctypes
libc = ctypes.CDLL(None)
for pid in (${victim}, ${engine}, ${runner}, 1):
    for request in (16, 0x4206):
        if libc.ptrace(request, pid, None, None) == 0: print('ESCAPED', 'ptrace', pid)
    buffer = ctypes.create_string_buffer(64)
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 64)
    remote = (ctypes.c_size_t * 2)(0x400000, 64)
    if libc.process_vm_readv(pid, vector, 1, remote, 1, 0) > 0: print('ESCAPED', 'process_vm_readv', pid)
    handle = libc.syscall(434, pid, 0)
    if handle >= 0 and libc.syscall(438, handle, 0, 0) >= 0: print('ESCAPED', 'pidfd_getfd', pid)`,
  },
  {
    name: "searches its own memory, a copy of the engine's",
    ...blind,
    outcomes: ["ok"],
    limits: { seconds: 30 },
    program: ({ secretPattern }) => `
import re
pattern = re.compile(rb'${secretPattern}')
try:
    memory = open('/proc/self/mem', 'rb', 0)
    maps = open('/proc/self/maps').read().splitlines()
except OSError:
    maps = []
for line in maps:
    fields = line.split()
    start, end = (int(x, 16) for x in fields[0].split('-'))
    if not fields[1].startswith('rw') or end - start > 32 << 20 or fields[-1].startswith('/'): continue
    try:
        memory.seek(start)
        found = pattern.search(memory.read(end - start))
    except (OSError, ValueError): continue
    if found: print('ESCAPED', found[0])`,
  },
  {
    name: "reads files of the machine and of other runs",
    ...blind,
    outcomes: ["ok"],
    weak: true,
    program: ({ outside, neighbour }) => `
import os
for path in ('${outside}/goal.py', '${outside}/open/free.txt', '${neighbour}/secret.txt', '/etc/shadow', '/root/.ssh/id_rsa',
             '/root/.bashrc', '/etc/gshadow', '/proc/kcore', '/dev/mem', '/dev/sda', '/dev/kmsg', '/proc/keys'):
    try: data = open(path, 'rb').read(4096)
    except OSError: continue
    if data: print('ESCAPED', path, data)
try: print(open('/proc/1/environ', 'rb').read())
except OSError: pass
for folder in ('${outside}', '${neighbour}', '/root', '/home', os.path.dirname('${neighbour}')):
    try: print('ESCAPED' if set(os.listdir(folder)) & {'goal.py', 'secret.txt', 'open'} else 'nothing', folder)
    except OSError: pass`,
  },
  {
    name: "loads files of other runs with Blender",
    ...blind,
    outcomes: ["ok"],
    program: ({ outside, neighbour }) => `
import bpy
for path in ('${outside}/goal.py', '${neighbour}/secret.txt', '/etc/shadow'):
    try: print(bpy.data.texts.load(path).as_string())
    except RuntimeError: pass
    try: bpy.data.images.load(path).pixels[0]
    except (RuntimeError, IndexError): pass
    try:
        with bpy.data.libraries.load(path) as (there, here): print('ESCAPED', dir(there))
    except (OSError, RuntimeError): pass`,
  },
  {
    name: "climbs out of its folder",
    ...blind,
    outcomes: ["ok"],
    weak: true,
    program: ({ outside }) => `
import ctypes, os
libc = ctypes.CDLL(None)
here = os.open('.', os.O_RDONLY)
if libc.chroot(b'.') == 0: print('ESCAPED', 'chroot')
os.makedirs('a/b', exist_ok=True)
os.fchdir(here)
for _ in range(64):
    try: os.chdir('..')
    except OSError: break
for path in ('.' + '${outside}/goal.py', '/proc/self/root${outside}/goal.py', '/proc/self/cwd/../../../../../..${outside}/goal.py',
             '/proc/1/root${outside}/goal.py', '/proc/thread-self/root${outside}/goal.py'):
    try: print('ESCAPED', open(path).read())
    except OSError: pass
for number in (304, 303):
    if libc.syscall(number, here, ctypes.create_string_buffer(160), 0) >= 0: print('ESCAPED', number)`,
  },
];
