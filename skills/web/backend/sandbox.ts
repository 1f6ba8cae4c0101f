import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { boxed } from "../../sandbox/bubblewrap.ts";

/** Bytes that profile, caches and temporary files may take together. */
const scratchBytes = 512 * 2 ** 20;

/** A browser that lies elsewhere needs the folder it came in. */
function own(chromium: string): (readonly [string, string])[] {
  const folder = dirname(realpathSync(chromium));
  return folder.startsWith("/usr/") ? [] : [[folder, folder]];
}

/** Arguments of bwrap up to the browser's program, that included. */
export function sandboxed(chromium: string): string[] {
  return [...boxed({ readable: own(chromium), settings: ["/etc/chromium.d"], scratchBytes }), chromium];
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
  // A page that was left is gone; the browser would keep some, each with its process, to go back to.
  "--disable-back-forward-cache",
  // Frames are drawn when they are asked for, not sixty times a second: nobody watches.
  ...["--disable-frame-rate-limit", "--disable-gpu-vsync"],
  // With RenderDocument each page would be given a frame of its own in the browser, which costs a sixth of its time.
  "--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,PaintHolding,LazyFrameLoading,RenderDocument",
];
