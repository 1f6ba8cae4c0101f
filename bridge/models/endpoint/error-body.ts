/** What an endpoint says about a failure, whatever form its body has. */
export interface Said {
  message: string;
  /** Its own code or HTTP status, as it gave it. */
  code?: string | number;
  /** The request field it complains about. */
  param?: string;
  type?: string;
  /** How long it asks to wait. */
  retryMs?: number;
  /** A quota that comes back on another day, not within the minute. */
  daily?: boolean;
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** Milliseconds of Google's `RetryInfo` ("2s", "0.5s"), and whether a quota of a day is what is used up. */
function googleDetails(details: unknown): Pick<Said, "retryMs" | "daily"> {
  const found: Pick<Said, "retryMs" | "daily"> = {};
  for (const each of Array.isArray(details) ? details.filter(isTree) : []) {
    const seconds = /^([\d.]+)s$/.exec(String(each.retryDelay ?? ""))?.[1];
    if (seconds !== undefined) found.retryMs = Number(seconds) * 1000;
    if (/PerDay/.test(JSON.stringify(each.violations ?? ""))) found.daily = true;
  }
  return found;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of "try again in 1m2.5s", "retry after 20 seconds", "please wait 2 minutes" and "in 500ms". */
function retryInText(message: string): number | undefined {
  const span =
    /\b(?:(?:re)?try(?: again)?(?: in| after)|wait(?: for| at least)?) ((?:[\d.]+ ?[a-z]+[ ,]{0,2}){1,4})/i.exec(
      message,
    );
  const parts = [
    ...(span?.[1] ?? "").matchAll(/([\d.]+) ?(ms|milliseconds?|s|sec\w*|m|min\w*|h|hours?|hrs?)(?![a-z])/gi),
  ];
  if (parts.length === 0) return undefined;
  const wait = parts.reduce((sum, [, amount, unit = "s"]) => {
    const short = /^m(s|illi)/i.test(unit) ? "ms" : unit[0]!.toLowerCase();
    return sum + Number(amount) * units[short]!;
  }, 0);
  return Number.isFinite(wait) ? wait : undefined;
}

/** Milliseconds of a field `retry_after`, which counts seconds. */
function retryField(tree: Tree): number | undefined {
  const seconds = Number(tree.retry_after ?? tree.retryAfter ?? tree.retry_after_seconds ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** FastAPI's list of what is wrong where (vLLM, gateways). */
function fromDetails(list: readonly unknown[]): Said | undefined {
  const all = list.filter(isTree).map((each) => {
    const place = Array.isArray(each.loc) ? each.loc.filter((key) => key !== "body").map(String) : [];
    return { place, said: textOf(each.msg) ?? textOf(each.message) ?? "is wrong" };
  });
  if (all.length === 0) return undefined;
  const message = all.map(({ place, said }) => `${place.length > 0 ? `'${place.join(".")}': ` : ""}${said}`).join("; ");
  const param = all[0]!.place[0];
  return { message, ...(param === undefined ? {} : { param }) };
}

/** Where servers and gateways put their words, the plainest first. */
const wordKeys = [
  "message",
  "detail",
  "msg",
  "error_msg",
  "error_message",
  "errorMessage",
  "error_description",
  "status_msg",
  "faultstring",
  "Message",
  "description",
  "reason",
  "title",
] as const;
/** What holds an error as a whole. */
const wrappers = ["error", "errors", "detail", "base_resp", "fault", "Error", "err"] as const;

const wordsOf = (value: Tree): string | undefined =>
  wordKeys.map((key) => textOf(value[key])).find((text) => text !== undefined);

/** What stands under one key that may hold an error as a whole: an object, a list of them, or a text. */
function inside(value: unknown, beside: Tree, depth: number): Said | undefined {
  if (typeof value === "string") {
    const said = textOf(value);
    const rest = wordsOf(beside);
    if (said === undefined) return undefined;
    return errorOf({ ...beside, message: rest && rest !== said ? `${said}: ${rest}` : said }, depth);
  }
  if (Array.isArray(value)) {
    const texts = value.filter((each) => typeof each === "string");
    if (texts.length > 0) return { message: texts.join("; ") };
    return value.some((each) => isTree(each) && "loc" in each) ? fromDetails(value) : errorOf(value[0], depth);
  }
  if (!isTree(value) || Object.keys(value).length === 0) return undefined;
  // MiniMax's `base_resp` stands in every answer; 0 is success.
  if (value.status_code === 0 || value.code === 0) return undefined;
  const { retry_after = beside.retry_after } = value;
  const found = errorOf({ ...value, retry_after, message: value.message ?? value.status_msg ?? value.type }, depth);
  return found ?? { message: JSON.stringify(value).slice(0, 300) };
}

/** The error that a JSON body tells, or undefined when it tells none. Never throws. */
export function errorOf(value: unknown, depth = 0): Said | undefined {
  if (depth > 4) return undefined;
  // Google answers with a list of one.
  if (Array.isArray(value)) return errorOf(value[0], depth + 1);
  if (!isTree(value)) return undefined;
  const own = wordsOf(value);
  // Inside an error its own words come first; around it they may be about something else.
  for (const key of depth > 0 && own !== undefined ? [] : wrappers) {
    // FastAPI's `detail` may be its plain words.
    if (key === "detail" && typeof value.detail === "string") continue;
    const { [key]: inner, ...rest } = value;
    const found = inside(inner, rest, depth + 1);
    if (found) return found;
  }
  if (own === undefined) return undefined;
  // Routers put what the real endpoint said beside their own words.
  const raw = isTree(value.metadata) ? textOf(value.metadata.raw) : undefined;
  const counted = typeof value.n_ctx === "number" && !/\d/.test(own) ? ` (n_ctx: ${value.n_ctx})` : "";
  const message = `${own}${raw === undefined ? "" : ` (${raw.slice(0, 300)})`}${counted}`;
  const google = googleDetails(value.details);
  const wait = google.retryMs ?? retryField(value) ?? retryInText(message);
  const code = value.code ?? value.status_code ?? value.error_code ?? value.http_status ?? value.status;
  const type = textOf(value.type) ?? textOf(value.status);
  return {
    message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(textOf(value.param) === undefined ? {} : { param: value.param as string }),
    ...(type === undefined ? {} : { type }),
    ...(wait === undefined ? {} : { retryMs: wait }),
    ...(google.daily ? { daily: true } : {}),
  };
}

/** A web page as its title, else its text. */
function pageText(html: string): string {
  const title = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(html)?.[1];
  return (title ?? html.replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " "))
    .replace(/\s+/g, " ")
    .trim();
}

/** What the body of a failed request says; its own text where it is no JSON. */
export function readErrorBody(body: string): Said {
  try {
    const value: unknown = JSON.parse(body);
    const found = errorOf(value);
    if (found) return found;
  } catch {
    // Falls through to the text.
  }
  const plain = /<\w+[^>]*>/.test(body) ? pageText(body) : body.trim();
  return { message: plain === "" ? "no reason given" : plain.slice(0, 1000) };
}
