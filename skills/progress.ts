import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";

/** What a tool is called with beside its arguments. */
export type CallExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Milliseconds between two notifications. */
const every = 1000;

/**
 * Tells a client that asked for progress how long its job has been going, so that it need not give up on one that is at
 * work. Returns what ends it.
 */
export function tellProgress({ _meta, sendNotification }: CallExtra, words: string): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => {};
  let progress = 0;
  const tell = () => {
    const params = { progressToken, progress, message: `${words}, ${progress} s` };
    // A client that has gone needs to hear nothing.
    void sendNotification({ method: "notifications/progress", params }).catch(() => {});
    progress += every / 1000;
  };
  tell();
  const timer = setInterval(tell, every);
  return () => clearInterval(timer);
}
