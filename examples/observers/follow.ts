// Follows a run from its first event: viga observe --print-nats --json | node examples/observers/follow.ts
import { text } from "node:stream/consumers";
import { connect } from "nats";

const { server, stream, subject } = JSON.parse(await text(process.stdin));
const { hostname, port, username: user, password: pass } = new URL(server);
const nc = await connect({ servers: `${hostname}:${port}`, ...(pass ? { user, pass } : { token: user }) });
const jsm = await nc.jetstreamManager({ checkAPI: false });
for (let place = 1, type = ""; type !== "run.finished"; ) {
  const query = { seq: place, next_by_subj: subject } as unknown as { seq: number };
  const stored = await jsm.streams.getMessage(stream, query).catch(() => null);
  if (stored === null) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    continue;
  }
  place = stored.seq + 1;
  const event = stored.json<{ type: string; time: string; data?: unknown }>();
  type = event.type;
  process.stdout.write(`${event.time} ${type} ${JSON.stringify(event.data)?.slice(0, 100)}\n`);
}
await nc.close();
