import type { Hostile } from "../program.ts";

const calm = { mustNot: "block the engine or grow its memory" };

/** Programs that flood, close or forge what is said about them. */
export const output: readonly Hostile[] = [
  {
    name: "flood on stdout",
    ...calm,
    outcomes: ["ok"],
    weak: true,
    program: "for i in range(300000): print('flood', i)",
  },
  {
    name: "flood on stderr",
    ...calm,
    outcomes: ["ok"],
    program: "import sys\nfor i in range(100000): print('flood', i, file=sys.stderr)",
  },
  {
    name: "endless flood in C",
    ...calm,
    outcomes: ["timeout"],
    limits: { seconds: 1.5 },
    program: "import os\nwhile True: os.write(1, b'x' * 65536); os.write(2, b'y\\n' * 32768)",
  },
  {
    name: "one line of 200 MB",
    ...calm,
    outcomes: ["ok"],
    program: "import os\nfor _ in range(3200): os.write(1, b'z' * 65536)",
  },
  {
    name: "bytes that are no text",
    ...calm,
    outcomes: ["ok"],
    program: "import os\nos.write(1, bytes(range(256)) * 99)\nos.write(1, b'\\x1eprogram\\x1e\\n\\xff\\xfe\\x00')",
  },
  {
    name: "closes every descriptor",
    mustNot: "lose its reply",
    outcomes: ["ok", "program"],
    weak: true,
    program: "import os\nos.closerange(0, 4096)",
  },
  {
    name: "uses every descriptor",
    mustNot: "take the engine's",
    outcomes: ["program", "engine", "output", "crash", "ok"],
    program: "import os\nheld = []\ntry:\n  while True: held.append(os.dup(0))\nexcept OSError: pass",
  },
  {
    name: "prints what looks like a reply",
    mustNot: "be believed",
    outcomes: ["program"],
    program: `
import json
for fd in (1, 2): print(json.dumps({'id': 1, 'reply': {'ok': True, 'renders': [{'name': 'a.png'}]}}))
raise ValueError('the real end')`,
  },
  {
    name: "writes replies to every open descriptor",
    mustNot: "be believed",
    outcomes: ["program"],
    weak: true,
    program: `
import os
for fd in range(1, 1024):
    try:
        os.set_blocking(fd, False)
        for id in range(200): os.write(fd, b'{"id":%d,"reply":{"ok":true,"renders":[],"scene":true}}\\n' % id)
    except OSError: pass
raise ValueError('the real end')`,
  },
  ...["float('nan')", "10 ** 400", "'soon'", "[[]]"].map(
    (value): Hostile => ({
      name: `forges its reply with ${value} for numbers`,
      mustNot: "break who reads the reply",
      outcomes: ["ok", "engine", "output", "crash", "program"],
      program: forged(
        `{'ok': True, 'scene': True, 'renders': [{'name': 'a.png', 'frame': value}],
            'seconds': {'execute': value, 'render': value}, 'result': value}`,
        value,
      ),
    }),
  ),
  {
    name: "forges an error of no known kind",
    mustNot: "break who reads the reply",
    outcomes: ["engine", "output", "crash", "program"],
    weak: true,
    program: forged(
      "{'ok': False, 'error': {'kind': 'root', 'type': [], 'message': None, 'line': -5, 'hint': {}}}",
      "0",
    ),
  },
  {
    name: "forges a reply about a picture that is only a header",
    mustNot: "pass a broken picture on as whole",
    outcomes: ["output"],
    program: `
import struct
open('a.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n' + struct.pack('>I', 13) + b'IHDR' + struct.pack('>II', 64, 36) + bytes(99))
${forged("{'ok': True, 'scene': True, 'renders': [{'name': 'a.png', 'frame': 1}], 'seconds': {'execute': 0, 'render': 0}}", "0")}`,
  },
  {
    name: "forges a reply that names files elsewhere",
    mustNot: "have a file outside read",
    outcomes: ["output"],
    program: forged(
      "{'ok': True, 'renders': [{'name': '../../../etc/passwd', 'frame': 1}, {'name': '/etc/shadow'}, 7], 'seconds': {}}",
      "0",
    ),
  },
];

/** Finds the engine's own reply box through the interpreter's frames, as a program that has read the engine could. */
function forged(reply: string, value: string): string {
  return `
import os, sys
value = ${value}
frame = sys._getframe()
while frame is not None:
    box = frame.f_locals.get('box')
    if hasattr(box, 'put_reply'):
        box.put_reply(${reply})
        box.finish(1)
        os._exit(0)
    frame = frame.f_back
raise SystemExit('no box found')`;
}
