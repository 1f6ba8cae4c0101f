import { EventEmitter, once } from "node:events";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { CancelledNotificationSchema, type RequestId } from "@modelcontextprotocol/sdk/types.js";

/** The requests of one client that wait for their answer. */
export interface OpenRequests {
  readonly size: number;
  /** Settles once none waits. */
  none(): Promise<void>;
  /** Ends each, as if the client had cancelled it. */
  cancel(reason: string): void;
}

/** @param transport one that a server has been connected to */
export function openRequests(transport: Transport): OpenRequests {
  const open = new Set<RequestId>();
  const settled = new EventEmitter();
  const close = (id: RequestId | undefined): void => {
    if (id !== undefined && open.delete(id) && open.size === 0) settled.emit("none");
  };
  const { onmessage } = transport;
  transport.onmessage = (message, extra) => {
    if ("id" in message && message.id !== undefined && "method" in message) open.add(message.id);
    // A request that was cancelled gets no answer.
    close(CancelledNotificationSchema.safeParse(message).data?.params.requestId);
    onmessage?.(message, extra);
  };
  const send = transport.send.bind(transport);
  transport.send = async (message, options) => {
    try {
      await send(message, options);
    } finally {
      if ("id" in message && !("method" in message)) close(message.id);
    }
  };
  return {
    get size() {
      return open.size;
    },
    async none() {
      if (open.size > 0) await once(settled, "none");
    },
    cancel(reason) {
      for (const requestId of open) {
        const params = { requestId, reason };
        transport.onmessage?.({ jsonrpc: "2.0", method: "notifications/cancelled", params });
      }
    },
  };
}
