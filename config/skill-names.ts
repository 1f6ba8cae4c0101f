import type { Problem } from "./complaints.ts";
import { roleNames } from "./players.ts";
import type { ConfigTree } from "./schema.ts";
import { serverReference } from "./skills.ts";
import { suggest } from "./suggest.ts";

/** Tools of servers that the configuration does not have. Which tools a server has shows when it is started. */
export function unknownServers(config: ConfigTree): Problem[] {
  const known = Object.keys(config.skills);
  return (["roles", "shadow"] as const).flatMap((section) =>
    roleNames.flatMap((role) => {
      const settings = config[section][role];
      const skills = typeof settings === "object" ? (settings.skills ?? []) : [];
      return skills.flatMap((written, index): Problem[] => {
        const server = serverReference(written)?.server;
        if (server === undefined || known.includes(server)) return [];
        const message = `there is no server "${server}" under skills${suggest(server, known)}`;
        return [{ path: [section, role, "skills", index], message }];
      });
    }),
  );
}
