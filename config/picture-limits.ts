/**
 * The one size limit of a picture, wherever one is read. 64 megapixels are 192 MiB of RGB; a small file can unpack to
 * gigabytes.
 */
export const pictureLimits = {
  pixels: 64 * 1024 * 1024,
  /** Of the file. */
  bytes: 64 * 1024 * 1024,
} as const;

/** Why a picture of this size is refused, and null for one that is taken. Pixels. */
export function tooManyPixels(width: number, height: number): string | null {
  if (width * height <= pictureLimits.pixels) return null;
  const megapixels = (width * height) / 1024 / 1024;
  return `${width} x ${height} px (${megapixels.toFixed(1)} megapixels) is more than the ${pictureLimits.pixels / 1024 / 1024} megapixels allowed`;
}
