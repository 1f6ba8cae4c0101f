import type { Hostile } from "../program.ts";

const inside = { mustNot: "write outside its folder" };

/** Programs that write where they may not, or leave traps in their folder for who reads it. */
export const files: readonly Hostile[] = [
  {
    name: "writes all over the machine",
    ...inside,
    outcomes: ["ok"],
    weak: true,
    program: ({ outside, neighbour }) => `
import os
for folder in ('/', '/usr', '/etc', '/var/tmp', '/root', '/home', '/run', '/dev', '/opt', '/proc/sys/kernel', '/sys',
               '${outside}', '${outside}/open', '${neighbour}', os.path.dirname('${neighbour}')):
    try: open(os.path.join(folder, 'spore'), 'w').write('spore')
    except OSError: continue
    # In a tree of its own that one may be a folder of its own /tmp: who looks from outside judges.
    if folder != os.path.dirname('${neighbour}'): print('ESCAPED', folder)`,
  },
  {
    name: "writes /etc/passwd, /etc/shadow and files anyone may write",
    ...inside,
    outcomes: ["ok"],
    weak: true,
    program: ({ outside }) => `
import os
for path in ('/etc/passwd', '/etc/shadow', '/etc/group', '/etc/hosts', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger',
             '/proc/self/oom_score_adj', '${outside}/open/free.txt', '/dev/kmsg'):
    for how in ('r+b', 'ab'):
        try:
            file = open(path, how)
            file.write(b'-999' if 'oom' in path else b'spore:x:0:0::/:/bin/sh\\n')
            file.flush()
        except OSError: continue
        print('ESCAPED', path)
for act in (lambda: os.chmod('/etc/passwd', 0o666), lambda: os.unlink('${outside}/open/free.txt'),
            lambda: os.truncate('${outside}/open/free.txt', 0), lambda: os.rename('${outside}/open', '${outside}/gone'),
            lambda: os.utime('${outside}/open/free.txt', (1, 1)), lambda: os.chown('${outside}/open/free.txt', 1, 1),
            lambda: os.chmod('${outside}/open/free.txt', 0o4777), lambda: os.setxattr('${outside}/open/free.txt', 'user.spore', b'x')):
    # Some are answered as if they had been done; whether they were is looked up afterwards.
    try: act()
    except OSError: pass`,
  },
  {
    name: "picture and scene.json are links to files outside",
    ...inside,
    outcomes: ["ok", "output", "program", "engine"],
    weak: true,
    program: ({ outside }) => `
import os
for name in ('a.png', 'scene.json'): os.symlink('${outside}/open/free.txt', name)
os.symlink('/etc/passwd', 'passwd')
os.mkdir('d')
os.symlink('/etc', 'd/etc')`,
  },
  {
    name: "a process that turns the picture into a link again and again",
    ...inside,
    outcomes: ["ok", "output", "engine", "program"],
    weak: true,
    limits: { seconds: 8 },
    program: ({ outside }) => `
import os
if os.fork() == 0:
    while True:
        for name in ('a.png', 'scene.json'):
            try:
                os.symlink('${outside}/open/free.txt', 'x')
                os.replace('x', name)
            except OSError: pass`,
  },
  {
    name: "hard links to files outside",
    ...inside,
    outcomes: ["ok"],
    weak: true,
    program: ({ outside }) => `
import os
for path in ('/etc/passwd', '${outside}/open/free.txt', '${outside}/goal.py', '/usr/bin/passwd'):
    for how in (os.link, os.rename):
        try: how(path, 'linked')
        except OSError: continue
        print('ESCAPED', path)`,
  },
  {
    name: "folders and pipes in place of its results",
    mustNot: "hold its slot or fool who reads them",
    outcomes: ["ok", "output", "program", "engine", "timeout"],
    limits: { seconds: 4 },
    program: "import os\nos.mkdir('a.png')\nopen('a.png/x', 'w').write('x')\nos.mkfifo('scene.json')",
  },
  {
    name: "takes its folder away",
    mustNot: "break who reads it",
    outcomes: ["ok", "output", "program", "engine"],
    program: "import os, shutil\nhere = os.getcwd()\nshutil.rmtree(here, ignore_errors=True)\nos.chdir('/')",
  },
  {
    name: "rights nobody can read, set-user-id files, device nodes",
    mustNot: "leave a folder that cannot be read or removed",
    outcomes: ["ok"],
    program: `
import os, stat
for name, mode in (('closed', 0), ('root', 0o4755)):
    open(name, 'w').write('x')
    os.chmod(name, mode)
os.makedirs('d/e')
for kind in (stat.S_IFBLK, stat.S_IFCHR):
    try: os.mknod('device', kind | 0o666, os.makedev(8, 0)); print('ESCAPED', 'device')
    except OSError: pass
os.chmod('d', 0)
os.chmod('.', 0o300)`,
  },
  {
    name: "names and depths no tool likes",
    mustNot: "leave a folder that cannot be removed",
    outcomes: ["ok", "output"],
    program: `
import os
for name in (b'\\xff\\xfe\\x80', b'new\\nline', b'-rf', b'*', b'\\x1b[31m', b'x' * 255): open(name, 'w').write('x')
os.mkdir(b'folder\\xff')
open(b'folder\\xff/in\\xfe', 'w').write('x')
for _ in range(60):
    os.mkdir('d' * 250)
    os.chdir('d' * 250)
open('deep', 'w').write('x')`,
  },
  {
    name: "leaves spores for the next job",
    mustNot: "be seen by the next job",
    outcomes: ["ok"],
    weak: true,
    program: `
import bpy, os, tempfile
folders = {'/tmp', '/dev/shm', os.environ['HOME'], tempfile.gettempdir(), bpy.app.tempdir, os.path.expanduser('~')}
for kind in ('SCRIPTS', 'CONFIG', 'DATAFILES'):
    try: folders.add(bpy.utils.user_resource(kind, create=True))
    except (OSError, RuntimeError): pass
for folder in list(folders):
    for sub in ('', 'startup', '.config/blender'):
        try:
            os.makedirs(os.path.join(folder, sub), exist_ok=True)
            open(os.path.join(folder, sub, 'spore.py'), 'w').write('import builtins; builtins.spore = 1')
        except OSError: pass
for operator in (bpy.ops.wm.save_userpref, bpy.ops.wm.save_homefile):
    try: operator()
    except RuntimeError: pass`,
  },
  {
    name: "rights, flags and attributes by a descriptor that may only read",
    mustNot: "change any of a file that is its user's",
    views: [],
    base: { madeBy: "" },
    outcomes: ["ok"],
    program: `
import bpy, fcntl, os, struct, sys
for path in (bpy.data.filepath, sys.modules['viga_engine.sandbox.box'].__file__):
    try: fd = os.open(path, os.O_RDONLY)
    except OSError: continue
    before = os.fstat(fd)
    for act in (lambda: os.fchmod(fd, before.st_mode ^ 0o002), lambda: os.setxattr(fd, 'user.spore', b'spore'),
                lambda: fcntl.ioctl(fd, 0x40086602, struct.pack('l', 0x40)), lambda: os.utime(fd, (1, 1))):
        try: act()
        except OSError: pass
    after = os.fstat(fd)
    if (after.st_mode, after.st_mtime) != (before.st_mode, before.st_mtime): print('ESCAPED rights of', path)
    try:
        if b'spore' in os.getxattr(fd, 'user.spore'): print('ESCAPED attributes of', path)
    except OSError: pass
    try:
        if struct.unpack('l', fcntl.ioctl(fd, 0x80086601, bytes(8)))[0] & 0x40: print('ESCAPED flags of', path)
    except OSError: pass`,
  },
];
