import type { Hostile } from "../program.ts";

const full = { mustNot: "fill the disk", views: [], limits: { fileMb: 32, seconds: 10 } };

/** Programs that fill the disk. */
export const disk: readonly Hostile[] = [
  {
    name: "file larger than it may be",
    ...full,
    outcomes: ["output"],
    weak: true,
    program: "open('x', 'wb').write(bytes(64 << 20))",
  },
  {
    name: "file of a terabyte with nothing in it",
    ...full,
    outcomes: ["output"],
    program: "open('x', 'wb').truncate(1 << 40)",
  },
  {
    name: "many files",
    ...full,
    outcomes: ["output"],
    program: "import time\nfor i in range(1000):\n  open(f'x{i}', 'wb').write(bytes(16 << 20)); time.sleep(0.05)",
  },
  {
    name: "twenty-one thousand small files",
    ...full,
    outcomes: ["output"],
    program: "import os, time\nos.mkdir('d')\nfor i in range(21000): open(f'd/{i}', 'w').close()\ntime.sleep(5)",
  },
  {
    name: "files it removes but keeps open",
    ...full,
    outcomes: ["output"],
    weak: true,
    program: `
import os, time
held = []
for _ in range(60):
    fd = os.open('x', os.O_RDWR | os.O_CREAT)
    os.posix_fallocate(fd, 0, 16 << 20)
    os.unlink('x')
    held.append(fd)
    time.sleep(0.05)`,
  },
  {
    name: "files it removes but keeps mapped",
    ...full,
    outcomes: ["output"],
    program: `
import mmap, os, time
held = []
for _ in range(60):
    fd = os.open('x', os.O_RDWR | os.O_CREAT)
    os.posix_fallocate(fd, 0, 16 << 20)
    held.append(mmap.mmap(fd, 4096))
    os.close(fd)
    os.unlink('x')
    time.sleep(0.05)`,
  },
  {
    name: "the folder its probes write to",
    mustNot: "fill the disk where nobody looks",
    views: [],
    keep: true,
    limits: { fileMb: 32, seconds: 6 },
    outcomes: ["output", "ok"],
    program: `
import os, time
try: lines = open('/proc/self/mountinfo').readlines()
except OSError: lines = []
for line in lines:
    folder = line.split()[4]
    if '/kept-' not in folder: continue
    for i in range(30):
        open(f'{folder}/{i}', 'wb').write(bytes(16 << 20))
        time.sleep(0.05)
    print('ESCAPED: 480 MB in', folder)`,
  },
  {
    name: "temporary and shared-memory folders",
    mustNot: "fill the machine's memory",
    views: [],
    limits: { fileMb: 32, seconds: 10 },
    outcomes: ["ok", "output"],
    program: `
import os
for folder in ('/tmp', '/dev/shm', os.environ['TMPDIR']):
    for i in range(40):
        try: open(f'{folder}/{i}', 'wb').write(bytes(8 << 20))
        except OSError: break
    else:
        print('ESCAPED', folder, 'takes 320 MB')`,
  },
  {
    name: "temporary folders and its own together",
    mustNot: "take more than twice its largest file in all",
    views: [],
    limits: { fileMb: 64, seconds: 40 },
    outcomes: ["output"],
    program: `
import os, time
total = 0
for folder in (os.getcwd(), '/dev/shm', '/tmp'):
    for i in range(7):
        try: open(f'{folder}/{i}', 'wb').write(bytes(8 << 20)); total += 8
        except OSError: break
time.sleep(10 if total > 128 else 0)
for i in range(7, 40): open(f'{i}', 'wb').write(bytes(8 << 20)); time.sleep(0.05)
print('ESCAPED', total, 'MB')`,
  },
];
