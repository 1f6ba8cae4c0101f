import type { Hostile } from "../program.ts";

const alone = { mustNot: "reach anything", views: [], outcomes: ["ok"] as const };

/** Programs that talk to the outside. A refused socket is an OSError; what gets through is counted by the targets. */
export const network: readonly Hostile[] = [
  {
    name: "TCP",
    ...alone,
    weak: true,
    program: ({ tcp }) => `
import socket
try:
    socket.create_connection(('127.0.0.1', ${tcp}), 2).send(b'GET / HTTP/1.0\\r\\n\\r\\n')
    print('ESCAPED')
except OSError as refused: print(refused)`,
  },
  {
    name: "HTTP by urllib",
    ...alone,
    outcomes: ["program"] as const,
    program: ({ tcp }) => `import urllib.request\nurllib.request.urlopen('http://127.0.0.1:${tcp}', timeout=2)`,
  },
  {
    name: "UDP",
    ...alone,
    weak: true,
    program: ({ udp }) => `
import socket
for family, host in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
    try:
        socket.socket(family, socket.SOCK_DGRAM).sendto(b'out', (host, ${udp}))
        print('ESCAPED')
    except OSError as refused: print(refused)`,
  },
  {
    name: "raw, netlink, packet and Bluetooth sockets",
    ...alone,
    weak: true,
    program: `
import socket
for family, kind, protocol in ((2, 3, 1), (16, 3, 0), (17, 3, 3), (31, 3, 1), (38, 5, 0), (40, 1, 0), (1, 1, 0), (10, 3, 58)):
    try:
        socket.socket(family, kind, protocol)
        print('ESCAPED', family)
    except OSError: pass`,
  },
  {
    name: "UNIX sockets, abstract and by path",
    ...alone,
    weak: true,
    program: ({ unix, outside }) => `
import socket
for address in ('\\0${unix}', '${outside}/open/socket', '/run/dbus/system_bus_socket', '/var/run/docker.sock'):
    try:
        s = socket.socket(socket.AF_UNIX)
        s.connect(address)
        s.send(b'out')
        print('ESCAPED', address)
    except OSError: pass`,
  },
  {
    name: "DNS",
    ...alone,
    program: `
import socket
for host in ('localhost', 'example.com'):
    try: print('ESCAPED', socket.getaddrinfo(host, 80)) if host != 'localhost' else None
    except OSError: pass
try:
    socket.gethostbyname('example.com')
    print('ESCAPED')
except OSError as refused: print(refused)`,
  },
  {
    name: "sockets through io_uring and inherited descriptors",
    ...alone,
    weak: true,
    program: `
import ctypes, os, stat
libc = ctypes.CDLL(None)
if libc.syscall(425, 8, ctypes.create_string_buffer(256)) >= 0: print('ESCAPED', 'io_uring')
for fd in range(3, 1024):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode): print('ESCAPED', 'a socket is open as', fd)
        if stat.S_ISFIFO(os.fstat(fd).st_mode): print('ESCAPED', 'a pipe is open as', fd)
    except OSError: pass`,
  },
  {
    name: "opens addresses with Blender",
    mustNot: "start a browser",
    views: [],
    outcomes: ["ok", "program"],
    program: ({ tcp }) => `
import bpy
bpy.ops.wm.url_open(url='http://127.0.0.1:${tcp}/')
bpy.ops.wm.path_open(filepath='/etc')`,
  },
];
