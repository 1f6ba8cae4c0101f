import type { NamedProfile } from "./profile.ts";

/** Letters that two names have in common from their start on. */
function shared(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/** The living profile whose name begins most alike, of several the cheapest; where none does, one for any endpoint. */
function nearKin(name: string, profiles: ReadonlyMap<string, NamedProfile>): NamedProfile | undefined {
  const living = [...profiles.values()]
    .filter(({ retired }) => retired === undefined)
    .sort((a, b) => a.prices.output_per_mtok - b.prices.output_per_mtok);
  const alike = (profile: NamedProfile): number => shared(profile.name, name);
  const kin = living.reduce<NamedProfile | undefined>(
    (best, each) => (best === undefined || alike(each) > alike(best) ? each : best),
    undefined,
  );
  return kin !== undefined && alike(kin) >= 4 ? kin : profiles.get("qwen3-vl-32b");
}

/** The three lines of viga.yaml that add a model which has no profile, and give it a role. */
export function linesToAdd(id: string, profiles: ReadonlyMap<string, NamedProfile>): string {
  const name =
    id
      .replace(/^.*\//, "")
      .replaceAll(/[\s:]+/g, "-")
      .toLowerCase() || "my-model";
  const kin = nearKin(name, profiles);
  const ready = kin === undefined ? "" : `like: ${kin.name}, `;
  const url = kin?.base_url ?? "http://localhost:8000/v1";
  return [
    "models:",
    `  ${name}: { ${ready}base_url: "${url}", model: ${JSON.stringify(id)} }`,
    `roles: { generator: ${name}, verifier: ${name} }`,
  ].join("\n");
}
