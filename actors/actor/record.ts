import { z } from "zod";
import { envelope } from "../../bridge/bus/envelope.ts";

/**
 * What is committed of an actor with every message, in one compare-and-set: its machine's state, how far it has read
 * its mailbox, what it still has to publish and which effects are under way. A process that dies anywhere starts
 * again from here.
 */
export const actorRecord = z.object({
  schema: z.literal(1),
  /** Grows with every start; a predecessor's write fails because the revision moved. */
  incarnation: z.number().int().nonnegative(),
  /** Last mailbox sequence that was dealt with. */
  position: z.number().int().nonnegative(),
  /** Messages sent so far; numbers the next one. */
  sent: z.number().int().nonnegative(),
  /** Highest message number seen, by sender. */
  seen: z.record(z.string(), z.number().int()),
  machine: z.object({ value: z.unknown(), context: z.unknown() }),
  outbox: z.array(z.object({ subject: z.string(), envelope })),
  /** Effects begun and not yet answered, by key. */
  pending: z.array(z.object({ key: z.string(), kind: z.string(), input: z.record(z.string(), z.unknown()) })),
});
export type ActorRecord = z.infer<typeof actorRecord>;
export type PendingEffect = ActorRecord["pending"][number];
