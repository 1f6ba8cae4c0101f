import { z } from "zod";
import type { TapeEvent } from "../../observers/observer.ts";

/** What one model's replies came to, over all runs of an evaluation. */
export interface ModelReplies {
  model: string;
  role: string;
  calls: number;
  /** Replies in which the model refused, or its endpoint's filter stopped it. */
  refused: number;
  /** Replies that ended before they were complete. */
  cutOff: number;
  /** Replies without a call that could be read: broken JSON, an unknown tool, wrong arguments, none at all. */
  unread: number;
  /** Calls that ended without a reply. */
  failed: number;
  /** Requests that were sent again. */
  retries: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
}

const call = z.looseObject({
  key: z.string().optional(),
  model: z.string(),
  finish: z.string().optional(),
  failed: z.string().optional(),
  problems: z.array(z.looseObject({ code: z.string() })).default([]),
  tokens: z.looseObject({ input: z.number().default(0), output: z.number().default(0) }).optional(),
  usd: z.number().default(0),
});
const retry = z.looseObject({ model: z.string() });
const compared = z.looseObject({
  t: z.number(),
  best: z.number(),
  rival: z.number(),
  order_effect: z.boolean(),
});

/** Pairs of candidates that judges compared, each in both orders, and those whose answer turned with the order. */
export interface ComparedPairs {
  pairs: number;
  orderEffect: number;
}

const unreadable = new Set(["json_broken", "tool_unknown", "arguments_wrong", "no_call", "empty_reply"]);

/** Counts replies by model and role, from the tapes of runs. */
export class ReplyCounter {
  readonly #found = new Map<string, ModelReplies>();
  readonly #pairs: ComparedPairs = { pairs: 0, orderEffect: 0 };

  add(events: readonly TapeEvent[]): void {
    const seen = new Set<string>();
    for (const { type, data, role, id } of events) {
      if (type === "model.retry") {
        const again = retry.safeParse(data);
        if (again.success) this.#at(again.data.model, role).retries++;
      }
      if (type === "candidates.compared") this.#compare(data, seen);
      if (type !== "model.call") continue;
      const made = call.safeParse(data);
      if (!made.success) continue;
      // A call that was taken from the tape after a crash is noted again, and was one call.
      const key = `${role}/${made.data.key ?? id}`;
      if (seen.has(key)) continue;
      seen.add(key);
      this.#count(this.#at(made.data.model, role), made.data);
    }
  }

  #compare(data: unknown, seen: Set<string>): void {
    const pair = compared.safeParse(data);
    if (!pair.success) return;
    const { t, best, rival, order_effect: turned } = pair.data;
    const key = `pair/${t}/${best}/${rival}`;
    if (seen.has(key)) return;
    seen.add(key);
    this.#pairs.pairs++;
    if (turned) this.#pairs.orderEffect++;
  }

  #count(into: ModelReplies, { finish, failed, problems, tokens, usd }: z.infer<typeof call>): void {
    const codes = new Set(problems.map(({ code }) => code));
    into.calls++;
    if (codes.has("refusal") || finish === "content_filter" || failed === "model_refused") into.refused++;
    if (codes.has("cut_off") || finish === "length") into.cutOff++;
    if ([...codes].some((code) => unreadable.has(code)) || failed === "model_reply_invalid") into.unread++;
    if (failed !== undefined) into.failed++;
    into.inputTokens += tokens?.input ?? 0;
    into.outputTokens += tokens?.output ?? 0;
    into.usd += usd;
  }

  #at(model: string, role: string): ModelReplies {
    const key = `${model}/${role}`;
    const none = {
      calls: 0,
      refused: 0,
      cutOff: 0,
      unread: 0,
      failed: 0,
      retries: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
    };
    const known = this.#found.get(key) ?? { model, role, ...none };
    this.#found.set(key, known);
    return known;
  }

  pairs(): ComparedPairs {
    return { ...this.#pairs };
  }

  all(): ModelReplies[] {
    return [...this.#found.values()].sort((a, b) => a.model.localeCompare(b.model) || a.role.localeCompare(b.role));
  }
}
