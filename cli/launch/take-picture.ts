import sharp, { type Metadata } from "sharp";
import type { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { pictureLimits } from "../../config/picture-limits.ts";

/**
 * Puts a target into the store as people see it: turned as its camera says and, where it has a colour profile other than
 * sRGB (Display P3, Adobe RGB) or is CMYK, converted to sRGB, once. Anything else is kept byte by byte.
 *
 * @param asStored a benchmark's own goal, which the reference reads without any colour management: never changed
 */
export async function takePicture(path: string, store: ArtifactStore, asStored: boolean): Promise<string> {
  if (asStored) return store.putFile(path);
  const source = { limitInputPixels: pictureLimits.pixels };
  const meta = await sharp(path, source).metadata();
  const turned = meta.orientation !== undefined && meta.orientation !== 1;
  if (!turned && !hasOtherColours(meta)) return store.putFile(path);
  // Without withMetadata the profile is applied on the way to sRGB, and neither it nor the turn is written again.
  return store.put(await sharp(path, source).autoOrient().toColourspace("srgb").png().toBuffer());
}

function hasOtherColours({ icc, space }: Metadata): boolean {
  if (space === "cmyk") return true;
  // A profile's name is ASCII, or UTF-16 with a zero before each letter.
  return icc !== undefined && !icc.toString("latin1").replaceAll("\0", "").includes("sRGB");
}
