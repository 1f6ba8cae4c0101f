import { addAbortListener } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa, parseCommandString } from "execa";
import type { z } from "zod";
import { childEnv } from "../../../bridge/processes/child-env.ts";
import { makeScratch } from "../../../bridge/processes/scratch.ts";
import { unifiedDiff } from "../../../bridge/text/line-diff.ts";
import { VigaError } from "../../../config/errors.ts";
import type { Task } from "../../../machines/domain/index.ts";
import { gatherEvidence } from "../model/judge/evidence.ts";
import { settle } from "../model/judge/to-feedback.ts";
import type { GeneratorPlayer, PlayerIO, VerifierPlayer } from "../player.ts";
import { analyzeReply, generatorReply, verifierReply } from "./protocol.ts";
import { type Requested, requestOf } from "./request.ts";

export interface CommandOptions {
  /** Program and arguments: split at blanks that no backslash precedes, never given to a shell unless `shell`. */
  command: string;
  /** Environment variables it may see, by name, besides PATH, HOME and LANG. */
  env?: readonly string[];
  /** True: the command is a line for /bin/sh. Default false. */
  shell?: boolean;
  /** Wall-clock limit of one call, seconds. Default 600. */
  seconds?: number;
  /** Most bytes read from its stdout. Default 8 MiB. */
  maxBytes?: number;
}

const defaults = { seconds: 600, maxBytes: 8 * 1024 * 1024 };
/** Characters of stderr that an error quotes. */
const tail = 2000;

/** A generator played by any program: one JSON request on stdin, one JSON reply on stdout. */
export function createCommandGenerator(options: CommandOptions): GeneratorPlayer {
  const name = `command:${options.command}`;
  return {
    name,
    async write(context, io) {
      const reply = await call(options, io, { op: "write", context }, generatorReply);
      if (reply.type === "end") return reply;
      const base = context.from ?? null;
      const start = context.task.start;
      const before = base !== null ? await io.text(base.code) : start !== null ? await io.text(start) : "";
      return {
        type: "programs",
        candidates: reply.candidates.map(({ thought, code }) => ({
          thought,
          code,
          code_diff: unifiedDiff(before, code),
        })),
        ...(reply.plan === undefined ? {} : { plan: reply.plan }),
      };
    },
  };
}

/** A verifier played by any program. Its claims are checked against measurement like a model's. */
export function createCommandVerifier(options: CommandOptions): VerifierPlayer {
  return {
    name: `command:${options.command}`,
    async analyze(task: Task, io) {
      const { text } = await call(options, io, { op: "analyze", task }, analyzeReply);
      return text;
    },
    async judge(observation, io) {
      const evidence = await gatherEvidence(observation, io);
      const { thought, ...verdict } = await call(options, io, { op: "judge", observation }, verifierReply);
      return settle({ verdict, thought }, observation, evidence, io);
    },
  };
}

/** Runs the command once with a request; after a crash its recorded reply is used instead. */
async function call<T>(options: CommandOptions, io: PlayerIO, asked: Requested, schema: z.ZodType<T>): Promise<T> {
  const output = await io.once(`command/${asked.op}`, async () => {
    const folder = await makeScratch("command");
    try {
      await mkdir(join(folder, "files"));
      const request = await requestOf(
        asked,
        io,
        (name, bytes) => writeFile(join(folder, "files", name), bytes),
        join(folder, "files"),
      );
      return await run(options, JSON.stringify(request), folder, io.signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  const checked = schema.safeParse(readJson(options, output.stdout, output.stderr));
  if (checked.success) return checked.data;
  const issue = meantIssue(checked.error.issues);
  throw failed(
    options,
    `its reply to ${asked.op} is wrong: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
    output.stderr,
  );
}

/** Of a reply that fits none of several forms: what is wrong with the form that it comes closest to. */
function meantIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const first = issues[0];
  if (first?.code !== "invalid_union") return first;
  const missing = (list: readonly z.core.$ZodIssue[]) =>
    list.filter((issue) => issue.code === "invalid_type" || issue.code === "invalid_value").length;
  const closest = first.errors.toSorted((one, other) => missing(one) - missing(other))[0];
  return closest === undefined ? first : meantIssue(closest);
}

/** The reply: all of stdout as JSON, else its last line, so that a program may print what it does before. */
function readJson(options: CommandOptions, stdout: string, stderr: string): unknown {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  for (const text of [stdout, last]) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // Tried as the last line next; then the caller is told.
    }
  }
  throw failed(options, stdout.trim() === "" ? "it printed nothing" : "it printed no JSON", stderr);
}

async function run(
  options: CommandOptions,
  input: string,
  cwd: string,
  signal: AbortSignal,
): Promise<{ stdout: string; stderr: string }> {
  const seconds = options.seconds ?? defaults.seconds;
  const maxBuffer = options.maxBytes ?? defaults.maxBytes;
  const [file, ...args] = options.shell ? ["/bin/sh", "-c", options.command] : parseCommandString(options.command);
  if (file === undefined) throw failed(options, "the command is empty", "");
  // A group of its own: children that the command leaves behind would hold its output open and this call with it.
  const child = execa(file, args, {
    cwd,
    env: childEnv(options.env, `command ${JSON.stringify(options.command)}`),
    extendEnv: false,
    input,
    reject: false,
    detached: true,
    maxBuffer,
    stripFinalNewline: false,
  });
  let late = false;
  const end = () => killGroup(child.pid);
  const timer = setTimeout(() => {
    late = true;
    end();
  }, seconds * 1000);
  child.nodeChildProcess.once("exit", end);
  const stopping = addAbortListener(signal, end);
  const done = await child.finally(() => {
    clearTimeout(timer);
    stopping[Symbol.dispose]();
  });
  if (signal.aborted) throw new VigaError("interrupted", "stopped while a command was running");
  if (late) throw failed(options, `it did not answer in ${seconds} s`, done.stderr);
  if (done.isMaxBuffer) throw failed(options, `it printed more than ${maxBuffer} bytes`, done.stderr);
  if (done.code === "ENOENT") {
    throw new VigaError("dependency_missing", `${file} was not found`, { hint: "give a path, or a program on PATH" });
  }
  if (done.failed)
    throw failed(
      options,
      done.signal ? `it was killed by ${done.signal}` : `it exited with ${done.exitCode}`,
      done.stderr,
    );
  return { stdout: done.stdout, stderr: done.stderr.slice(-tail) };
}

/** Ends every process of the group that `pid` leads. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already, or given up to another user: nothing is left that could be ended from here.
  }
}

function failed(options: CommandOptions, why: string, stderr: string): VigaError {
  const said = stderr.trim() === "" ? "" : `\n${stderr.trim().slice(-tail)}`;
  return new VigaError("player_failed", `command ${JSON.stringify(options.command)}: ${why}${said}`, {
    retry: "same",
    hint: "it gets one JSON object on stdin and must print one on stdout: docs/command-player.md",
  });
}
