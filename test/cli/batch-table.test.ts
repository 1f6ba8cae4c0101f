import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BatchFile, newBatch, readBatch } from "../../cli/launch/batch/batch-file.ts";
import { createBatchProgress, secondsLeft } from "../../cli/launch/batch/progress.ts";
import { configOf, readRequest, writeRequest } from "../../cli/launch/batch/request.ts";
import { countsText, csvOf, markdownOf, tableOf } from "../../cli/launch/batch/table.ts";
import type { Batch } from "../../machines/domain/index.ts";

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "viga-batch-"));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const found = ["one", "two", "three"].map((id) => ({ id, source: id, path: `/data/${id}`, type: "any" }));

async function someBatch(): Promise<Batch> {
  const batch = newBatch("blendergym", "/data", found);
  Object.assign(batch.tasks[0]!, { status: "done", reason: "plateau", seconds: 65, attempts: 1 });
  Object.assign(batch.tasks[1]!, { status: "failed", reason: 'a | b, "c"\nd', warnings: ["it leaks"] });
  await mkdir(join(out, "one"));
  const scores = {
    start: { loss: 0.4 },
    best: { t: 2, loss: 0.1 },
    rounds: [{ t: 0 }, { t: 1 }, { t: 2 }],
    usage: { usd: 0.5 },
  };
  await writeFile(join(out, "one", "scores.json"), JSON.stringify(scores));
  return batch;
}

test("a batch's table has a row for each task, whatever became of it, in Markdown and CSV", async () => {
  const table = await tableOf(out, await someBatch());
  expect(countsText(table)).toBe("3 tasks: 1 done, 1 failed, 1 unfinished");
  expect(table.usd).toBe(0.5);
  const lines = markdownOf(table).split("\n");
  expect(lines).toContain("| one | any | done | 0.4 | 0.1 | 75.0 % | 2 | 2 | 1 min 05 s | plateau |");
  expect(lines.filter((line) => line.startsWith("| "))).toHaveLength(4);
  expect(lines).toContain("- two: it leaks");
  const rows = csvOf(table).split("\r\n");
  expect(rows[1]).toBe("one,any,,,,one,one,done,1,65,0.4,0.1,2,2,0,0.5,plateau");
  expect(rows[2]).toMatch(/,failed,0,0,,,,0,0,0,"a \| b, ""c"" ?d"$/);
});

/** What could end a row or a cell. */
const odd = fc.constantFrom("|", "\\", '"', ",", ";", "\n", "\r", "\u2028", "\u0085", "\0", "\x1b", "=", "`", "a", " ");

test("no reason, however it is written, adds a row or a column to a table", () => {
  fc.assert(
    fc.property(fc.string({ unit: odd, maxLength: 20 }), (reason) => {
      const task = { id: "x", source: "x", dir: "x", status: "failed" as const, attempts: 1, seconds: 1, reason };
      const numbers = { start_loss: null, best_loss: null, best_t: null, rounds: 0, calls: 0, usd: 0 };
      const counts = { done: 0, failed: 1, error: 0, unfinished: 0 };
      const table = {
        schema: 1 as const,
        mode: "m",
        data: "/",
        started: "",
        counts,
        usd: 0,
        rows: [{ ...task, ...numbers }],
      };
      const rows = markdownOf(table).trimEnd().split("\n").slice(2);
      expect(rows).toHaveLength(3);
      expect(rows[2]?.replaceAll(/\\./g, "").split("|")).toHaveLength(11);
      expect(csvOf(table).split("\r\n")).toHaveLength(3);
    }),
    { numRuns: 40 },
  );
});

test("batch.json holds the last of many changes that come at once, and a damaged one is refused", async () => {
  const file = new BatchFile(out, await someBatch());
  const [task] = file.batch.tasks;
  await Promise.all(Array.from({ length: 50 }, (_, n) => file.change(task!, { attempts: n + 1 })));
  expect((await readBatch(out)).tasks[0]?.attempts).toBe(50);
  await writeFile(join(out, "batch.json"), '{"schema":1');
  await expect(readBatch(out)).rejects.toMatchObject({ code: "input_invalid" });
});

test("a batch goes on only with the configuration it was begun with", async () => {
  const request = { mode: "blendergym", cwd: out, sets: [], config: "viga.yaml" };
  await writeFile(join(out, "viga.yaml"), "stop: { max_rounds: 3 }\n");
  await writeRequest(out, request, configOf(request));
  expect((await readRequest(out, false)).config.stop.max_rounds).toBe(3);
  await writeFile(join(out, "viga.yaml"), "stop: { max_rounds: 3 }\nexecutors: [{ slot: other }]\n");
  expect((await readRequest(out, false)).config.executors).toEqual([{ slot: "other" }]);
  await writeFile(join(out, "viga.yaml"), "stop: { max_rounds: 4 }\n");
  await expect(readRequest(out, false)).rejects.toThrow(/has changed since it was begun/);
  expect(() => configOf({ ...request, sets: ["task.text=any"] })).toThrow(/a batch has its tasks from --data/);
});

test("the time that is left follows from the tasks that ended", () => {
  expect(secondsLeft({ took: [], under: [1], left: 3, workers: 2 })).toBeNull();
  // Two under way need 6 and 0 more seconds, two wait: (6 + 20) / 2.
  expect(secondsLeft({ took: [8, 12], under: [4, 30], left: 4, workers: 2 })).toBe(13);
  expect(secondsLeft({ took: [10], under: [5], left: 1, workers: 8 })).toBe(5);
});

test("progress tells each end in a line with what is left; on a terminal the live line gives way to it", async () => {
  const batch = await someBatch();
  // The first is under way, and the only one that has taken any time.
  const [one] = batch.tasks;
  Object.assign(one!, { status: "unfinished", seconds: 0 });
  let text = "";
  let at = 0;
  const stream = { write: (part: string) => (text += part), isTTY: true, columns: 200 };
  const progress = createBatchProgress({ out, batch, workers: 1, stream, json: false, env: {}, now: () => at });
  progress.began(one!);
  at = 65_000;
  Object.assign(one!, { status: "done", seconds: 65 });
  await progress.ended(one!);
  expect(text).toContain("1/3 ended; 2 left: one (round 0)");
  expect(text).toContain(
    "\r\x1b[K[2/3] one done in 1 min 05 s, loss 0.1 from 0.4 in 2 rounds; 1 left, about 1 min 05 s\n",
  );
});
