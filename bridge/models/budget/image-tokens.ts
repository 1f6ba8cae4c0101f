import type { ImageTokenFormula } from "../../../config/profile.ts";

/** Tokens that an endpoint spends on a picture of `width` x `height` pixels, by its profile's formula. */
export function imageTokens(
  formula: ImageTokenFormula,
  width: number,
  height: number,
  detail: string | null = null,
): number {
  switch (formula.kind) {
    case "fixed":
      return formula.tokens;
    case "area": {
      const fit = Math.min(1, formula.max_side / Math.max(width, height));
      return Math.ceil((width * fit * height * fit) / formula.pixels_per_token);
    }
    case "openai_tiles": {
      if (detail === "low") return formula.base;
      const fit = Math.min(1, formula.max_side / Math.max(width, height));
      const shrink = Math.min(1, formula.short_side / (Math.min(width, height) * fit));
      const [w, h] = [width * fit * shrink, height * fit * shrink];
      return formula.base + formula.per_tile * Math.ceil(w / formula.tile) * Math.ceil(h / formula.tile);
    }
    case "patch": {
      const raw = Math.max(1, Math.round(width / formula.patch)) * Math.max(1, Math.round(height / formula.patch));
      // Two more mark where the picture begins and ends.
      return Math.ceil(Math.min(formula.max_tokens, Math.max(formula.min_tokens, raw)) * formula.multiplier) + 2;
    }
    case "crops": {
      if (Math.max(width, height) <= formula.small_side) return formula.tokens;
      const side = Math.min(formula.crop, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
      return formula.tokens * Math.ceil(width / side) * Math.ceil(height / side);
    }
  }
}
