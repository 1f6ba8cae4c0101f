import type { ErrorCode, ErrorData, Retry } from "../machines/domain/error.ts";
import { plainText } from "./plain-text.ts";

/** The one error class of the project. `hint` tells a person what to do; both may quote foreign text, which a terminal must not obey. */
export class VigaError extends Error {
  override readonly name = "VigaError";
  readonly code: ErrorCode;
  readonly retry: Retry;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { retry?: Retry; hint?: string; cause?: unknown } = {}) {
    super(plainText(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? "never";
    this.hint = options.hint === undefined ? undefined : plainText(options.hint);
  }

  toData(): ErrorData {
    return {
      code: this.code,
      message: this.message,
      retry: this.retry,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    };
  }
}

/** Normalises anything thrown. Unknown values become `internal`, with the original as `cause`. */
export function toVigaError(thrown: unknown): VigaError {
  if (thrown instanceof VigaError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // Any write may be the one that meets the full disk, and the system's own word for it says little.
  if ((thrown as NodeJS.ErrnoException | null)?.code === "ENOSPC") {
    return new VigaError("internal", `the disk is full (${message})`, { hint: "free some space there", cause: thrown });
  }
  return new VigaError("internal", message, { cause: thrown });
}

/** Process exit code of an error: 2 bad input or config, 3 something missing on the machine, 130 interrupted, else 1. */
export function exitCodeOf(error: VigaError): number {
  switch (error.code) {
    case "config_invalid":
    case "input_invalid":
    case "not_found":
      return 2;
    case "dependency_missing":
    case "sandbox_unavailable":
    case "model_auth":
    case "model_unreachable":
      return 3;
    case "interrupted":
      return 130;
    default:
      return 1;
  }
}
