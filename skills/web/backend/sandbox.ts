import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const fonts = fileURLToPath(new URL("./fonts.conf", import.meta.url));

/** Bytes that profile, caches and temporary files may take together. */
const scratchBytes = 512 * 2 ** 20;

/** The system's programs and libraries, read-only; links as the system has them. */
function system(): string[] {
  return ["/lib", "/lib32", "/lib64", "/bin", "/sbin"].flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return found.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
  });
}

/** A browser that lies elsewhere needs the folder it came in. */
function own(chromium: string): string[] {
  const folder = dirname(realpathSync(chromium));
  return folder.startsWith("/usr/") ? [] : ["--ro-bind", folder, folder];
}

/**
 * Arguments of bwrap up to the browser's program: namespaces of its own, so no network but its own loopback and no
 * process but its own; a tree that holds the system's programs and libraries and nothing of the machine's users, runs or
 * settings; folders in memory that go with it; the fonts of this project.
 */
export function sandboxed(chromium: string): string[] {
  return [
    ...["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--hostname", "viga"],
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ...["--ro-bind", "/usr", "/usr", ...system(), ...own(chromium)],
    ...["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/chromium.d", "/etc/chromium.d"],
    ...["--ro-bind", fonts, "/etc/fonts/fonts.conf"],
    ...["--proc", "/proc", "--dev", "/dev", "--size", String(scratchBytes), "--tmpfs", "/dev/shm"],
    ...["--size", String(scratchBytes), "--tmpfs", "/tmp", "--dir", "/tmp/home", "--chdir", "/tmp"],
    ...["--clearenv", "--setenv", "HOME", "/tmp/home", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin"],
    ...["--setenv", "LANG", "C.UTF-8", "--setenv", "TZ", "UTC"],
    chromium,
  ];
}

/** The browser's own flags. Nothing of its own goes out, nothing asks, nothing is kept. */
export const chromiumFlags: readonly string[] = [
  ...["--headless", "--remote-debugging-pipe", "--user-data-dir=/tmp/profile", "--no-startup-window"],
  ...["--no-first-run", "--no-default-browser-check", "--disable-default-apps", "--disable-extensions"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-domain-reliability"],
  ...["--disable-sync", "--disable-breakpad", "--disable-client-side-phishing-detection", "--no-pings"],
  ...["--host-resolver-rules=MAP * ~NOTFOUND", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp"],
  ...["--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding", "--disable-hang-monitor"],
  ...["--disable-background-timer-throttling", "--disable-ipc-flooding-protection", "--disable-prompt-on-repost"],
  ...["--disable-gpu", "--mute-audio", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-US"],
  ...[
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-search-engine-choice-screen",
    "--metrics-recording-only",
  ],
  "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,PaintHolding,LazyFrameLoading",
];
