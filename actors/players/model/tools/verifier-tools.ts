import { mapPart } from "../../../../evaluators/pictures/object-map.ts";
import type { Picture } from "../../../../evaluators/pictures/picture.ts";
import { differences } from "../../../../evaluators/pictures/regions.ts";
import { findingLines } from "../../evidence/text.ts";
import { thingsText } from "../../evidence/units.ts";
import { findingsOf } from "../../findings.ts";
import type { Evidence } from "../judge/evidence.ts";
import { endObservation, type Verdict } from "../judge/verdict.ts";
import { figure } from "../prompt/round-text.ts";
import { protocolTool } from "./definitions.ts";
import type { OfferedTool } from "./tool.ts";

/** Least side of a measured part, px: below it numbers say nothing. */
const leastSide = 8;

function part(picture: Picture, left: number, top: number, width: number, height: number): Picture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * 3;
    rgb.set(picture.rgb.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, rgb, alpha: null };
}

function measureDifference(evidence: Evidence): OfferedTool {
  return protocolTool("measure_difference", "verifier", async (args) => {
    const {
      left,
      top,
      right,
      bottom,
      view: wanted,
    } = args as { left: number; top: number; right: number; bottom: number; view?: string };
    const view =
      wanted === undefined
        ? evidence.views[0]
        : evidence.views.find((each) => each.name === wanted.replace(/\.png$/i, ""));
    if (view === undefined) {
      const names = evidence.views.map((each) => each.name).join(", ") || "none";
      return { kind: "refused", text: `There is no such view with a target; views: ${names}.` };
    }
    const { width, height } = view.render;
    const [x0, x1] = [Math.floor(left * width), Math.ceil(right * width)];
    const [y0, y1] = [Math.floor(top * height), Math.ceil(bottom * height)];
    if (x1 - x0 < leastSide || y1 - y0 < leastSide) {
      return {
        kind: "refused",
        text: "The part is empty or too small: right must exceed left, bottom must exceed top.",
      };
    }
    const [render, target] = [view.render, view.target].map((each) => part(each, x0, y0, x1 - x0, y1 - y0));
    const frame = { left: x0 / width, top: y0 / height, right: x1 / width, bottom: y1 / height };
    const map = view.map && mapPart(view.map, frame);
    const found = differences(render!, target!, { map });
    const shows = thingsText(found.whole.things);
    const all = `Loss in this part ${figure(found.pl)} (whole picture ${figure(view.pl)}). Brightness ${found.whole.brightness.toFixed(1)} % against the target.${shows === "" ? "" : ` The render shows ${shows} there.`}`;
    const findings = findingsOf({ render: render!, target: target!, map }, "", frame);
    return { kind: "answer", text: [all, ...findingLines(findings, 6)].join("\n") };
  });
}

/** What the role does itself for a verifier. */
export function verifierTools(evidence: Evidence): OfferedTool<Verdict>[] {
  return [endObservation(), measureDifference(evidence)];
}
