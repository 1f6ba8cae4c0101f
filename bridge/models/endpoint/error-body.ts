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
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** Milliseconds of Google's `RetryInfo` ("2s", "0.5s"). */
function retryInfo(details: unknown): number | undefined {
  for (const each of Array.isArray(details) ? details : []) {
    const seconds = isTree(each) ? /^([\d.]+)s$/.exec(String(each.retryDelay ?? ""))?.[1] : undefined;
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  return undefined;
}

/** Milliseconds of "try again in 1m2.5s", "retry in 20s" and "in 500ms". */
function retryInText(message: string): number | undefined {
  const found = /\b(?:re)?try(?: again)? in (?:(\d+)m(?!s))?\s*(?:([\d.]+)\s*(ms|s)\b)?/i.exec(message);
  if (!found || (found[1] === undefined && found[2] === undefined)) return undefined;
  const rest = Number(found[2] ?? 0) * (found[3]?.toLowerCase() === "ms" ? 1 : 1000);
  const wait = Number(found[1] ?? 0) * 60_000 + rest;
  return Number.isFinite(wait) ? wait : undefined;
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

/** The error that a JSON body tells, or undefined when it tells none. Never throws. */
export function errorOf(value: unknown, depth = 0): Said | undefined {
  if (depth > 3) return undefined;
  // Google answers with a list of one.
  if (Array.isArray(value)) return errorOf(value[0], depth + 1);
  if (!isTree(value)) return undefined;
  if (isTree(value.error)) {
    const inner = errorOf(
      { message: value.error.message ?? value.error.type, ...value.error, error: undefined },
      depth + 1,
    );
    return inner ?? { message: JSON.stringify(value.error).slice(0, 300) };
  }
  if (textOf(value.error) !== undefined) {
    const rest = textOf(value.message);
    return { message: rest === undefined || rest === value.error ? textOf(value.error)! : `${value.error}: ${rest}` };
  }
  if (Array.isArray(value.detail)) return fromDetails(value.detail);
  if (isTree(value.detail)) return errorOf(value.detail, depth + 1);
  const said = textOf(value.message) ?? textOf(value.detail) ?? textOf(value.msg);
  if (said === undefined) return undefined;
  // Routers put what the real endpoint said beside their own words.
  const raw = isTree(value.metadata) ? textOf(value.metadata.raw) : undefined;
  const message = raw === undefined ? said : `${said} (${raw.slice(0, 300)})`;
  const wait = retryInfo(value.details) ?? retryInText(message);
  return {
    message,
    ...(typeof value.code === "string" || typeof value.code === "number" ? { code: value.code } : {}),
    ...(textOf(value.param) === undefined ? {} : { param: value.param as string }),
    ...(textOf(value.type) === undefined ? {} : { type: value.type as string }),
    ...(wait === undefined ? {} : { retryMs: wait }),
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
