import { lstatSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";

const fonts = fileURLToPath(new URL("./fonts.conf", import.meta.url));

/** The system's programs and libraries, read-only; links as the system has them. */
function system(): string[] {
  return ["/lib", "/lib32", "/lib64", "/bin", "/sbin"].flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return found.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
  });
}

export interface BoxOptions {
  /** Files and folders of the machine that the program sees beside the system's, read-only: where they are, and as what. */
  readable?: readonly (readonly [path: string, as: string])[];
  /** The same for settings of the system's that may be absent. */
  settings?: readonly string[];
  /** Bytes that temporary files may take, and shared memory likewise. */
  scratchBytes: number;
  /** Further arguments of bwrap. */
  further?: readonly string[];
}

/**
 * Arguments of bwrap up to the program: namespaces of its own, so no network but its own loopback and no process but its
 * own; a tree that holds the system's programs and libraries and nothing of the machine's users, runs or settings; folders
 * in memory that go with it; the fonts of this project.
 */
export function boxed({ readable = [], settings = [], scratchBytes, further = [] }: BoxOptions): string[] {
  return [
    ...["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--hostname", "viga"],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ...["--ro-bind", "/usr", "/usr", ...system(), ...readable.flatMap(([path, as]) => ["--ro-bind", path, as])],
    ...["/etc/ld.so.cache", ...settings].flatMap((path) => ["--ro-bind-try", path, path]),
    ...["--ro-bind", fonts, "/etc/fonts/fonts.conf"],
    ...["--proc", "/proc", "--dev", "/dev", "--size", String(scratchBytes), "--tmpfs", "/dev/shm"],
    ...["--size", String(scratchBytes), "--tmpfs", "/tmp", "--dir", "/tmp/home", "--chdir", "/tmp"],
    ...["--clearenv", "--setenv", "HOME", "/tmp/home", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin"],
    ...["--setenv", "LANG", "C.UTF-8", "--setenv", "TZ", "UTC", ...further],
    // The root itself lies in memory without a limit.
    ...["--remount-ro", "/"],
  ];
}
