import { type PictureSize, sizeOf, type View } from "../machines/domain/index.ts";

/** Which pictures are taken of a program's scene while a run loops. `px`: their longer side. */
export interface Pictures {
  views: readonly View[];
  px: number;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** "16:9" where small numbers say it, else "1.54:1". */
function ratioText({ width, height }: PictureSize): string {
  const by = gcd(width, height);
  const [across, down] = [width / by, height / by];
  return Math.max(across, down) <= 32 ? `${across}:${down}` : `${(width / height).toFixed(2)}:1`;
}

function line({ name, camera, frame, aspect, optional }: View, px: number): string {
  const through = camera === null ? "the scene's active camera" : `camera \`${camera}\``;
  const at = frame === undefined ? "" : ` at frame ${frame}`;
  const where = `\`${name}\` through ${through}${optional ? " (left out where the scene has no such camera)" : ""}${at}`;
  if (aspect === undefined) return `- ${where}: longer side ${px} px, in the shape of the scene's resolution`;
  const { width, height } = sizeOf(aspect, px);
  return `- ${where}: ${width} x ${height} px (${ratioText(aspect)})`;
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
  if (engine !== "blender" || pictures === null) return "";
  const { views, px } = pictures;
  const own = views.some(({ aspect }) => aspect === undefined);
  const overruled = `The executor sets their size: resolution, percentage, pixel aspect and border of the program or its .blend are overruled${own ? ", save the shape of the resolution where nothing else gives one" : ""}.`;
  const last =
    role === "verifier"
      ? " Suggest no change of the resolution."
      : " Lens and sensor fit stay the program's; with sensor fit AUTO the lens spans the longer side.";
  return ["## Pictures", "Taken of every program:", ...views.map((view) => line(view, px)), overruled + last].join(
    "\n",
  );
}
