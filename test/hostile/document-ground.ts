import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type CapabilityCard, defaultLimits } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { treeOf } from "../../bridge/processes/tree.ts";
import type { HostileDocument, HostileDocuments } from "./document.ts";
import { openField, secret } from "./field.ts";
import { inside, said, settle, type Verdict, within } from "./trial.ts";

export interface DocumentGround {
  readonly card: CapabilityCard;
  try(document: HostileDocument): Promise<Verdict>;
  close(): Promise<void>;
}

const logKb = 8;
/** Beyond its own seconds a job may take this long to settle: an engine that was ended is started again. */
const graceMs = 60_000;

/** An engine of pages or slides amid its targets, with the secret in its environment. Every document runs on the same one. */
export async function openDocumentGround(scratch: string, set: HostileDocuments): Promise<DocumentGround> {
  process.env.OPENAI_API_KEY = secret;
  const engine = await openEngine(set.engine, { scratch: join(scratch, "engine") });
  const jobs = join(scratch, "jobs");
  await mkdir(jobs, { mode: 0o700 });
  const field = await openField(jobs, () => engine.pid ?? 0);
  const { pid } = engine;

  const run = async (program: string, seconds: number) => {
    const dir = await mkdtemp(join(jobs, "job-"));
    const limits = { ...defaultLimits, seconds, memoryMb: set.memoryMb, logKb };
    const job = { job: "tried", program, views: [set.view], quality: { px: 320 }, limits, dir };
    const settled = await within(engine.run(job), seconds * 1000 + graceMs);
    const escapes = settled.state === undefined ? [] : await inside(dir, settled.state);
    const picture = await readFile(join(dir, `${set.view.name}.png`)).catch(() => Buffer.alloc(0));
    await rm(dir, { recursive: true, force: true });
    return { ...settled, escapes, picture };
  };
  const honest = () => run(set.good, 60);
  const first = await honest();
  if (!first.state?.ok) throw new Error(`an honest document failed: ${first.state?.error?.message ?? first.thrown}`);

  const next = async (): Promise<string[]> => {
    const { state, thrown, picture } = await honest();
    if (!state?.ok) return [`the next job failed: ${state?.error?.message ?? thrown ?? "it hung"}`];
    const faults = state.log.trim() === set.log ? [] : [`the next job finds ${state.log}`];
    return picture.equals(first.picture) ? faults : [...faults, "the next job's picture is another"];
  };
  return {
    card: engine.card,
    async try({ name, outcomes, seconds = set.seconds, program }) {
      const began = Date.now();
      const { state, thrown, escapes } = await run(program(field.targets), seconds);
      const took = (Date.now() - began) / 1000;
      const faults: string[] = [];
      const outcome = state === undefined ? "hung" : (state.error?.kind ?? "ok");
      if (state !== undefined) {
        escapes.push(...said(state.log));
        if (JSON.stringify(state).includes(secret)) escapes.push("the secret is in its state");
        if (state.log.length > logKb * 1024) faults.push(`its log has ${state.log.length} characters`);
        const message = state.error?.message ?? "no error";
        if (!outcomes.some((one) => one === outcome))
          faults.push(`${outcome} (${message}) instead of ${outcomes.join(" or ")}`);
      } else if (thrown !== undefined) faults.push(`the engine's call threw: ${String(thrown).slice(0, 200)}`);
      faults.push(...(await next()));
      escapes.push(...(await field.damage()));
      if (engine.pid !== pid) escapes.push("the engine's process ended");
      escapes.push(
        ...(await settle(async () => {
          const { length } = treeOf(engine.pid ?? 0);
          return length > set.processes ? [`${length} processes are there between jobs`] : [];
        })),
      );
      const hung = state === undefined && thrown === undefined;
      return { name, outcome, type: state?.error?.type ?? "", seconds: took, hung, escapes, faults };
    },
    async close() {
      await engine.close();
      await field.close();
    },
  };
}
