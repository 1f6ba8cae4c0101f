/** What a program is, in a sentence: the least that its writer must know. */
const contracts: Readonly<Record<string, string>> = {
  blender:
    "A program is one complete Python file for Blender. It runs {{scene_start}}, and its scene must have an active camera.",
  slides:
    "A program is one complete JavaScript file that builds the slide with PptxGenJS and saves it as `output.pptx`.",
  web: "A program is one complete HTML file with its CSS inside.",
};

/**
 * A mode's template cut down to what the paper's prompts hold: the role, and the form of a reply. Numbers taken with it
 * compare with the paper's, which owe nothing to further advice.
 */
export function paperTemplate(template: string, role: "generator" | "verifier", engine: string): string {
  const [, words = ""] = /^# Role\n([\s\S]*?)(?=\n(?:\{\{>|#)|$)/.exec(template) ?? [];
  const contract = role === "generator" ? (contracts[engine] ?? "") : "";
  return `# Role\n${words.trim()}\n\n${contract}\n\n{{> paper}}\n`;
}
