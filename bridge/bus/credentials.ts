import { randomBytes } from "node:crypto";
import { buckets, streams, token } from "./subjects.ts";

/** Whoever holds all of a bus of our own: a run's supervisor and its roles. */
export const owner = "viga";
/** Reads events, and nothing else. */
export const observer = "observer";

/** What a login may send and hear; absent: everything. */
interface Permissions {
  publish: string[];
  subscribe: string[];
}

/** One login of a bus of our own. */
export interface Login {
  user: string;
  password: string;
  permissions?: Permissions;
}

/** Which executors a bus of our own is for. */
export interface SlotNames {
  engine: string;
  slots: readonly string[];
}

export const slotUser = (slot: string) => `slot-${slot}`;

const secret = () => randomBytes(24).toString("hex");
const inbox = "_INBOX.>";

/**
 * Live events by subject, and stored ones by their number. No consumer: one that pushes has the server itself publish
 * wherever it is told to, whatever its maker may send.
 */
const reads: Permissions = {
  publish: ["$JS.API.INFO", `$JS.API.STREAM.INFO.${streams.event}`, `$JS.API.STREAM.MSG.GET.${streams.event}`],
  subscribe: ["viga.evt.>", inbox],
};

/** What an executor needs: its slot's queue and entry, jobs for its engine's slots, answers to roles, and what is written of its own actors. */
function slotPermissions(engine: string, slot: string): Permissions {
  const queue = `${token(engine)}-${token(slot)}`;
  const read = [streams.mailbox, streams.event, `KV_${buckets.actors}`, `KV_${buckets.slots}`];
  const api = (call: string) => `$JS.API.${call}`;
  return {
    publish: [
      "viga.mbx.*.*",
      // It plays the executor role too, which hands candidates to every slot of its engine.
      `viga.job.${token(engine)}.*`,
      "viga.evt.*.executor.>",
      "viga.dlq.*.executor",
      `$KV.${buckets.slots}.slot.${token(engine)}.${token(slot)}`,
      `$KV.${buckets.actors}.actor.*.executor`,
      ...["INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.*", "STREAM.MSG.GET.*", "DIRECT.GET.>"].map(api),
      ...read.flatMap((stream) =>
        ["CREATE", "INFO", "DELETE", "MSG.NEXT"].flatMap((call) => [
          api(`CONSUMER.${call}.${stream}`),
          api(`CONSUMER.${call}.${stream}.>`),
        ]),
      ),
      ...["DURABLE.CREATE", "INFO", "MSG.NEXT"].map((call) => api(`CONSUMER.${call}.${streams.job}.${queue}`)),
      api(`CONSUMER.CREATE.${streams.job}.${queue}.>`),
      `$JS.ACK.${streams.job}.${queue}.>`,
      "$JS.FC.>",
    ],
    subscribe: [inbox],
  };
}

/** The logins of a new bus: its owner's, an observer's, and one for each slot. */
export function makeLogins(names?: SlotNames): Login[] {
  return [
    { user: owner, password: secret() },
    { user: observer, password: secret(), permissions: reads },
    ...(names?.slots ?? []).map((slot) => ({
      user: slotUser(slot),
      password: secret(),
      permissions: slotPermissions(names!.engine, slot),
    })),
  ];
}

/** The logins as nats-server's configuration has them. */
export const authorization = (logins: readonly Login[]): string => `authorization { users: ${JSON.stringify(logins)} }`;
