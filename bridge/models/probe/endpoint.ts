import type OpenAI from "openai";
import { z } from "zod";
import type { NamedProfile } from "../../../config/profile.ts";
import { readFailure } from "../endpoint/failures.ts";
import { readKey } from "../endpoint/keys.ts";
import { openEndpoint } from "../endpoint/open.ts";
import { type Overflow, readOverflow } from "../endpoint/overflow.ts";

const listed = z.object({ id: z.string(), max_model_len: z.number().int().positive().nullish().catch(null) });

/** What GET /models says. `names` null: the endpoint keeps no list. */
export interface ModelList {
  names: string[] | null;
  serves: boolean;
  /** Context length in tokens where the endpoint tells it (vLLM does). */
  contextTokens: number | null;
}

/** Longest wait for the list of models, and for a refusal. Milliseconds. */
const listPatience = 8000;
const refusalPatience = 30_000;

function clientOf(
  profile: NamedProfile,
  env: Record<string, string | undefined>,
  patience: number,
): { client: OpenAI; key: string } {
  const key = readKey(profile, env);
  return { client: openEndpoint(profile, key, patience), key };
}

/** Asks the endpoint for its models. Throws VigaError when it cannot be reached or refuses the key. */
export async function listModels(
  profile: NamedProfile,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<ModelList> {
  const { client, key } = clientOf(profile, env, listPatience);
  try {
    const page: unknown = await client.models.list({ signal });
    const data = z.object({ data: z.array(z.unknown()) }).safeParse(page);
    const models = data.success ? data.data.data.flatMap((each) => listed.safeParse(each).data ?? []) : [];
    // Google writes models/NAME.
    const own = models.find(({ id }) => id === profile.model || id.endsWith(`/${profile.model}`));
    return {
      names: models.length > 0 ? models.map(({ id }) => id) : null,
      serves: own !== undefined,
      contextTokens: own?.max_model_len ?? null,
    };
  } catch (thrown) {
    const failure = readFailure(thrown, profile, [key]);
    if (failure.status === 404 || failure.status === 405) return { names: null, serves: false, contextTokens: null };
    throw failure.error;
  }
}

/** Far beyond any endpoint's limits. */
const absurd = 100_000_000;

/**
 * Asks for an absurdly long answer to a one-word question, to read the limits out of the refusal. Costs a few tokens
 * where the endpoint just answers; null then, and where the refusal names no numbers.
 */
export async function provokeLimits(
  profile: NamedProfile,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<Overflow | null> {
  const { client, key } = clientOf(profile, env, refusalPatience);
  try {
    await client.chat.completions.create(
      { model: profile.model, messages: [{ role: "user", content: "Say: ok" }], [profile.max_tokens_param]: absurd },
      { signal },
    );
    return null;
  } catch (thrown) {
    const read = readOverflow(readFailure(thrown, profile, [key]).message);
    if (!read) return null;
    const sane = Object.entries(read).filter(([name, value]) => name !== "input" && value > 0 && value < absurd);
    return sane.length > 0 ? (Object.fromEntries(sane) as Overflow) : null;
  }
}
