import { expect, it } from "vitest";
import { matchName } from "../../../../bridge/models/parse/tool-names.ts";

const offered = (...names: string[]) => names.map((name) => ({ name }));

it.each([
  ["setup_camera", "set_camera"],
  ["set_key_frame", "set_keyframe"],
  ["Set-Key-Frame", "set_keyframe"],
  ["get_better_object", "get_better_assets"],
  ["get_better_asset", "get_better_assets"],
  ["execute code", "execute_code"],
])("%s of the paper's text is %s where that is offered, and no tool where it is not", (said, meant) => {
  expect(matchName(said, offered("end_process", meant))).toEqual({ kind: "alias", name: meant });
  expect(matchName(said, offered("end_process")).kind).toBe("unknown");
});

it("names of objects' own keys are no aliases", () => {
  for (const said of ["constructor", "__proto__", "toString"]) {
    expect(matchName(said, offered("set_camera")).kind).toBe("unknown");
  }
});
