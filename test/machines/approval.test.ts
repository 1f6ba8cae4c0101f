import { describe, expect, it } from "vitest";
import { whyApproval } from "../../machines/approval.ts";
import { aRound, aState } from "../actors/players/fakes.ts";

describe("approval of programs", () => {
  it("is asked always, never, or for the round after a failed one", () => {
    const failed = {
      rounds: [
        aRound(1, { state: aState(1, { ok: false, error: { kind: "program", type: "NameError", message: "x" } }) }),
      ],
    };
    const fine = { rounds: [aRound(1)] };
    expect(whyApproval("never", failed)).toBeNull();
    expect(whyApproval("always", fine)).toContain("always");
    expect(whyApproval("on_error", failed)).toContain("NameError");
    expect(whyApproval("on_error", fine)).toBeNull();
    expect(whyApproval("on_error", { rounds: [] })).toBeNull();
  });
});
