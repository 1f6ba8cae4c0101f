import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { AssetService } from "../../config/assets.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { writeAtomic } from "../files/write-atomic.ts";
import { redact } from "../models/endpoint/keys.ts";
import { fetchModel } from "./services/fetch-model.ts";
import { meshy } from "./services/meshy.ts";
import { sam3d } from "./services/sam3d.ts";
import type { AssetRequest, Service, Step } from "./services/service.ts";
import { tripo } from "./services/tripo.ts";
import { openWire, pause } from "./services/wire.ts";

/** The only switch on a service's kind. */
const services: Record<AssetService["kind"], Service> = { meshy, tripo, sam3d };

export interface MakeOptions {
  /** Folder that remembers what was made, and what is under way. */
  cache: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Told whenever a step stands otherwise: its name and how much of all is done, 0..1. */
  progress?: (step: string, done: number) => void;
  /** Milliseconds between two questions how a step stands, at first. */
  pollMs?: number;
}

export interface MadeAsset {
  path: string;
  service: string;
  /** It was made before, and cost nothing now. */
  cached: boolean;
}

/** Changes when the same request asks for something else. */
const version = 1;
const job = z.object({ steps: z.array(z.object({ name: z.string(), id: z.string() })) });
const mostPollMs = 15_000;

/** Requests under way in this process: candidates of one round ask for the same. */
const underWay = new Map<string, Promise<MadeAsset>>();

/**
 * The key of a service, from the environment; null where it takes none.
 *
 * @throws VigaError model_auth that names the variable to set
 */
export function serviceKey({ kind, key_env }: AssetService, env: NodeJS.ProcessEnv): string | null {
  if (key_env === undefined) return null;
  const key = (env[key_env] ?? "").trim();
  const hint = `export ${key_env}=..., or leave ${kind} out of assets.services`;
  if (key === "") throw new VigaError("model_auth", `no key for ${kind}`, { hint });
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new VigaError("model_auth", `the key for ${kind} in ${key_env} holds characters that no key has`, { hint });
}

/** The first service that can do what is asked; else why none can. */
export function serviceFor(
  all: readonly AssetService[],
  request: AssetRequest,
): { service: AssetService } | { refused: string[] } {
  const refused: string[] = [];
  for (const service of all) {
    const why = services[service.kind].refuses(request);
    if (why === null) return { service };
    refused.push(`${service.kind}: ${why}`);
  }
  return { refused };
}

/**
 * A model of a thing, made by a service; one that was asked for in the same words and pictures before is taken as it is, and
 * a request that was cut off goes on where it was, for it is paid for.
 *
 * @throws VigaError model_auth, budget_exhausted, engine_failed, engine_timeout; interrupted by the signal
 */
export function makeAsset(request: AssetRequest, service: AssetService, options: MakeOptions): Promise<MadeAsset> {
  const stem = join(options.cache, "made", keyOf(request, service));
  const known = underWay.get(stem);
  if (known !== undefined) return known;
  const making = make(request, service, options, stem).finally(() => underWay.delete(stem));
  underWay.set(stem, making);
  return making;
}

async function make(
  request: AssetRequest,
  settings: AssetService,
  options: MakeOptions,
  stem: string,
): Promise<MadeAsset> {
  const { kind, url, minutes, megabytes } = settings;
  const path = `${stem}.glb`;
  if (existsSync(path)) return { path, service: kind, cached: true };
  const key = serviceKey(settings, options.env);
  const service = services[kind];
  const authorization = key === null ? null : service.authorization(key);
  const late = AbortSignal.timeout(minutes * 60_000);
  const signal = AbortSignal.any([options.signal, late]);
  const wire = openWire({ name: kind, url, authorization, key, signal, ...waitOf(options) });
  const record = `${stem}.job.json`;
  const done = await recorded(record);
  const names = service.steps(request);
  let link: string | null = null;
  try {
    for (const [index, name] of names.entries()) {
      let step = done[index];
      if (step === undefined) {
        step = { name, id: await answered(() => service.begin(name, request, done, wire)) };
        done.push(step);
        await writeAtomic(record, JSON.stringify({ steps: done }));
      }
      const tell = (part: number) => options.progress?.(name, (index + part) / names.length);
      link = await finished(step, tell);
    }
    if (link === null) throw new VigaError("engine_failed", `${kind} made no .glb`);
    await fetchModel(link, path, { name: kind, service: url, authorization, megabytes, signal });
  } catch (error) {
    // What failed for good is begun anew the next time; all else is paid for and goes on.
    if (!signal.aborted && toVigaError(error).retry !== "same") await rm(record, { force: true });
    if (!late.aborted || options.signal.aborted) {
      if (options.signal.aborted) await cancelled();
      throw error;
    }
    throw new VigaError("engine_timeout", `${kind} has not made it within ${minutes} minutes`, {
      hint: "asked for again it goes on waiting for the same job; assets.services: [{ minutes: ... }] allows more",
    });
  }
  await rm(record, { force: true });
  return { path, service: kind, cached: false };

  async function finished(step: Step, tell: (part: number) => void): Promise<string | null> {
    for (let wait = options.pollMs ?? 2000; ; wait = Math.min(mostPollMs, wait * 1.3)) {
      const found = await answered(() => service.ask(step, request, wire));
      if (found.state === "done") {
        tell(1);
        return found.url;
      }
      if (found.state === "failed") {
        const why = redact(found.why, key === null ? [] : [key]).slice(0, 300);
        throw new VigaError("engine_failed", `${kind} failed at ${step.name}: ${why}`);
      }
      tell(found.progress);
      await pause(wait, signal, kind);
    }
  }

  /** An answer of another form is the service's failure, not a mistake here. */
  async function answered<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof VigaError) throw error;
      throw new VigaError("engine_failed", `${kind} answers in a form that its documentation does not have`);
    }
  }

  /** A job that a service cannot end goes on there, and is taken up by the next request of its kind. */
  async function cancelled(): Promise<void> {
    const step = done.at(-1);
    if (step === undefined || service.cancel === undefined) return;
    const brief = openWire({ name: kind, url, authorization, key, signal: AbortSignal.timeout(5000) });
    await service.cancel(step, brief).then(
      () => rm(record, { force: true }),
      () => undefined,
    );
  }
}

const waitOf = ({ pollMs }: MakeOptions) => (pollMs === undefined ? {} : { waitMs: pollMs });

async function recorded(path: string): Promise<Step[]> {
  try {
    return job.parse(JSON.parse(await readFile(path, "utf8"))).steps;
  } catch {
    // Nothing is under way, or what was said of it was cut off.
    return [];
  }
}

function keyOf({ name, text, picture, scene, action }: AssetRequest, { kind, url }: AssetService): string {
  const digest = (bytes: Buffer | undefined) => (bytes ? createHash("sha256").update(bytes).digest("hex") : null);
  const of = [
    version,
    kind,
    url,
    name,
    text,
    digest(picture),
    digest(scene?.picture),
    scene?.box ?? null,
    action ?? null,
  ];
  return createHash("sha256").update(JSON.stringify(of)).digest("hex");
}
