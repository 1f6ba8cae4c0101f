import type { NamedProfile } from "./profile.ts";
import { nearest } from "./suggest.ts";

type Known = Pick<NamedProfile, "model" | "retired">;

/** A name without its vendor (`anthropic/`), its date (`-20250514`, `-2025-05-14`) and without case. */
function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, "");
}

/**
 * The model that was most likely meant by a name that is no profile's: the one with that id at its endpoint, else the
 * nearest name. A retired model is never suggested; its successor is.
 */
export function nearestModel(name: string, known: ReadonlyMap<string, Known>): string | undefined {
  if (name.length > 200) return undefined;
  const living = [...known.keys()].filter((key) => known.get(key)?.retired === undefined);
  const wanted = bare(name);
  const same = [...known].find(([key, { model }]) => wanted === bare(key) || wanted === bare(model))?.[0];
  const found = same ?? nearest(name, known.keys());
  if (found === undefined) return undefined;
  const successor = known.get(found)?.retired?.successor;
  if (successor === undefined) return found;
  return same === undefined ? (nearest(name, living) ?? successor) : successor;
}

/** `; did you mean "x"?`, or nothing. */
export function suggestModel(name: string, known: ReadonlyMap<string, Known>): string {
  const near = nearestModel(name, known);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}
