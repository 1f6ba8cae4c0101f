import { describe, expect, it } from "vitest";
import { exitCodeOf, toVigaError, VigaError } from "../../config/errors.ts";

describe("anything thrown as the project's error", () => {
  it("tells of a full disk in plain words, whichever write met it, and says what to do", () => {
    const thrown = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const error = toVigaError(thrown);
    expect(error.message).toBe("the disk is full (ENOSPC: no space left on device, write)");
    expect(error.hint).toBe("free some space there");
    expect(exitCodeOf(error)).toBe(1);
  });

  it("keeps an error of the project's own, and takes text and nothing at all", () => {
    const own = new VigaError("not_found", "no such task");
    expect(toVigaError(own)).toBe(own);
    expect(toVigaError("text").message).toBe("text");
    expect(toVigaError(null).message).toBe("null");
    expect(toVigaError(undefined).message).toBe("undefined");
  });
});
