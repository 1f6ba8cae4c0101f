import { type PictureSize, sizeOf, type View } from "../machines/domain/index.ts";

/** Which pictures are taken of a program's scene while a run loops. `px`: their longer side. */
export interface Pictures {
  views: readonly View[];
  px: number;
  /** Names of the views that have a target; absent: not said. */
  targets?: readonly string[];
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** "16:9" where small numbers say it, else "1.54:1". */
function ratioText({ width, height }: PictureSize): string {
  const by = gcd(width, height);
  const [across, down] = [width / by, height / by];
  return Math.max(across, down) <= 32 ? `${across}:${down}` : `${(width / height).toFixed(2)}:1`;
}

/** " at frame 12", " at the first frame of the scene's range"; "" where the program leaves the frame. */
function frameText(frame: View["frame"]): string {
  if (frame === undefined) return "";
  if (typeof frame === "number") return ` at frame ${frame}`;
  const place = { start: "first", middle: "middle", end: "last" }[frame];
  return ` at the ${place} frame of the scene's range`;
}

function line({ name, camera, frame, aspect, optional }: View, px: number): string {
  const through = camera === null ? "the scene's active camera" : `camera \`${camera}\``;
  const at = frameText(frame);
  const where = `\`${name}\` through ${through}${optional ? " (left out where the scene has no such camera)" : ""}${at}`;
  if (aspect === undefined) return `- ${where}: longer side ${px} px, in the shape of the scene's resolution`;
  const { width, height } = sizeOf(aspect, px);
  return `- ${where}: ${width} x ${height} px (${ratioText(aspect)})`;
}

/** Cameras named like their view are the program's to make: nobody else names them so. */
function camerasText(views: readonly View[]): string[] {
  const own = views.filter(({ name, camera }) => camera === name);
  if (own.length === 0) return [];
  const names = own.map(({ camera }) => `\`${camera}\``).join(", ");
  return [
    `The scene needs a camera object of each of these names: ${names}. Create those that it lacks, each where its target was taken from; a program without one of them fails. The active camera is for the first picture.`,
  ];
}

/** A page's picture is as wide as its target and as high as the page. */
function pageText({ views, px }: Pictures): string {
  const aspect = views[0]?.aspect;
  if (aspect === undefined) return "";
  const smaller = aspect.width > px ? ` Its picture is made smaller, ${px} px wide.` : "";
  return `## Picture\nThe whole page, laid out ${aspect.width} px wide; the target is ${aspect.width} x ${aspect.height} px.${smaller}`;
}

/**
 * Which pictures are taken and how large they are, for those who write programs and those who judge them. "" where it is
 * not known, and for engines whose pictures have no camera.
 */
export function picturesText(
  engine: string,
  role: "generator" | "verifier" | "analyze",
  pictures: Pictures | null,
): string {
  if (engine === "web" && pictures !== null) return pageText(pictures);
  if (engine !== "blender" || pictures === null) return "";
  const { views, px, targets = [] } = pictures;
  const lines = views.map((view) => {
    // With one picture there is no question which is compared.
    const compared = views.length > 1 && targets.includes(view.name) ? `, compared with target \`${view.name}\`` : "";
    return `${line(view, px)}${compared}`;
  });
  const own = views.some(({ aspect }) => aspect === undefined);
  const overruled = `The executor sets their size: resolution, percentage, pixel aspect and border of the program or its .blend are overruled${own ? ", save the shape of the resolution where nothing else gives one" : ""}.`;
  const last =
    role === "verifier"
      ? " Suggest no change of the resolution."
      : " Lens and sensor fit stay the program's; with sensor fit AUTO the lens spans the longer side.";
  const cameras = role === "generator" ? camerasText(views) : [];
  return ["## Pictures", "Taken of every program:", ...lines, ...cameras, overruled + last].join("\n");
}
