// A verifier that sees nothing but the mean colour: roles: { verifier: "command:node examples/players/mean-colour.ts" }
import { text } from "node:stream/consumers";
import sharp from "sharp";

const { task, state } = JSON.parse(await text(process.stdin));
const mean = async (file: string) => (await sharp(file).stats()).channels.slice(0, 3).map((channel) => channel.mean);
const [now, wanted] = await Promise.all([mean(state.renders[0].file), mean(task.targets[0].file)]);
const off = now.map((value, i) => value - wanted[i]!);
const worst = Math.max(...off.map(Math.abs));
const said = ["red", "green", "blue"].map(
  (name, i) => `${name} ${off[i]! > 0 ? "too high" : "too low"} by ${Math.abs(off[i]!).toFixed(0)} of 255`,
);
const visual_difference = { critical: [], major: worst > 20 ? said : [], minor: worst > 20 ? [] : said };
process.stdout.write(
  JSON.stringify({ visual_difference, edit_suggestion: [], overall_similarity: Math.round(100 - worst / 2.55) }),
);
