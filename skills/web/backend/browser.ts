import { type Browser, chromium as playwright } from "playwright-core";
import { killTree } from "../../../bridge/processes/tree.ts";
import { children, type Taken, takenBy } from "../../sandbox/taken.ts";
import { chromiumFlags, sandboxed } from "./sandbox.ts";
import { Tab } from "./tab.ts";

export interface BrowserSettings {
  bwrap: string;
  chromium: string;
}

/** Milliseconds that a browser has to come up. */
const bootMs = 60_000;

/** One Chromium in its sandbox. */
export interface Running {
  readonly browser: Browser;
  /** The page that shows programs. */
  readonly tab: Tab;
  readonly version: string;
  /** Whether the browser holds its renderers in a sandbox of its own inside ours. */
  readonly inner: boolean;
  taken(): Taken;
  /** Ends it and all that it has started, at once. */
  kill(): void;
  readonly ended: Promise<void>;
}

/**
 * Starts a browser. Its own sandbox of renderers is kept where the machine lets an unprivileged process make namespaces
 * within ours; else ours holds it alone. Throws with what the browser printed.
 */
export async function startBrowser(settings: BrowserSettings): Promise<Running> {
  try {
    return await launch(settings, true);
  } catch {
    return await launch(settings, false);
  }
}

async function launch({ bwrap, chromium }: BrowserSettings, inner: boolean): Promise<Running> {
  const before = new Set(children());
  const browser = await playwright.launch({
    executablePath: bwrap,
    ignoreDefaultArgs: true,
    args: [...sandboxed(chromium), ...chromiumFlags, ...(inner ? [] : ["--no-sandbox"])],
    env: {},
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    timeout: bootMs,
  });
  const pids = children().filter((pid) => !before.has(pid));
  const ended = new Promise<void>((resolve) => browser.once("disconnected", () => resolve()));
  return {
    browser,
    tab: new Tab(browser),
    version: browser.version(),
    inner,
    taken: takenBy(...pids),
    kill() {
      for (const pid of pids) killTree(pid);
    },
    ended,
  };
}
