import { Events } from "nats";
import type { Bus } from "./connection.ts";

/**
 * Calls back each time the connection is there again after a break. A restarted server has forgotten what was read
 * through it, and the client would notice by missing heartbeats only, after up to 15 s: who reads begins anew instead.
 */
export function onReconnect(bus: Bus, back: () => void): { end: () => void } {
  const status = bus.nc.status() as AsyncIterable<{ type: string }> & { stop?: () => void };
  let ended = false;
  void (async () => {
    for await (const event of status) {
      if (ended) return;
      if (event.type === Events.Reconnect) back();
    }
  })();
  return {
    end() {
      ended = true;
      status.stop?.();
    },
  };
}
