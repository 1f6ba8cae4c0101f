import sharp from "sharp";

/** A picture as plain levels, 3 bytes a pixel, row by row. */
export interface Raster {
  width: number;
  height: number;
  data: Buffer;
}

export async function decode(png: Buffer): Promise<Raster> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** A picture made smaller, area by area. */
export async function smaller({ width, height, data }: Raster, scale: number): Promise<Raster> {
  if (scale === 1) return { width, height, data };
  const to = { width: Math.round(width * scale), height: Math.max(1, Math.round(height * scale)) };
  const out = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(to.width, to.height, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
  return { ...to, data: out };
}

/** Rows that only one of two pictures has count as much as the run's own loss has them count. */
export const apartLoss = 0.1;

/** Mean squared difference of two pictures equally wide, from their upper edges on; 0 to 1. */
export function difference(a: Raster, b: Raster): number {
  const rows = Math.max(a.height, b.height);
  const common = Math.min(a.height, b.height) * a.width * 3;
  let sum = 0;
  for (let at = 0; at < common; at++) {
    const d = a.data[at]! - b.data[at]!;
    sum += d * d;
  }
  const apart = Math.abs(a.height - b.height) * a.width * 3;
  return (sum / 65_025 + apart * apartLoss) / (rows * a.width * 3);
}
