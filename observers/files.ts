/**
 * A render's name as a file name: no folders, no leading dot, ".png" added, and never the name of a file that the
 * output tree itself puts beside renders. Names come from an engine that ran a stranger's program.
 */
export function renderFile(name: string): string {
  const bare = name
    .replace(/\.png$/i, "")
    .replaceAll(/[^\w.-]+/g, "_")
    .replace(/^\.+/, "")
    .slice(0, 80);
  return bare === "" || bare === "diff" ? `view_${bare}.png` : `${bare}.png`;
}
