/** Why the packages in node_modules are not the ones of package-lock.json; null where they are. */
export function stale(root: string): string | null;
