import { describe, expect, test } from "vitest";
import { outlined, type Seen } from "../../../../actors/players/solver/peaks.ts";
import { inOrder, type Scored } from "../../../../actors/players/solver/score.ts";
import { type Surveyed, wronglyColoured } from "../../../../actors/players/solver/survey.ts";

const size = { width: 24, height: 24 };

/** A shaded ball on an even ground. */
function picture(ball: { x: number; y: number; colour: readonly number[] } | null): Seen["shown"] {
  const data = new Float32Array(3 * size.width * size.height).fill(0.4);
  for (let y = 0; ball && y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [u, v] = [(x - ball.x) / 6, (y - ball.y) / 6];
      if (u * u + v * v > 1) continue;
      const shade = 0.3 + 0.7 * Math.max(0, Math.sqrt(1 - u * u - v * v) - 0.3 * v);
      for (let c = 0; c < 3; c++) data[3 * (y * size.width + x) + c] = shade * ball.colour[c]!;
    }
  }
  return { ...size, data };
}

function look(shown: { x: number; y: number; colour: readonly number[] }, target: Seen["target"]): Seen {
  const ids = new Uint8Array(size.width * size.height);
  for (let i = 0; i < ids.length; i++) {
    const [x, y] = [i % size.width, Math.floor(i / size.width)];
    ids[i] = (x - shown.x) ** 2 + (y - shown.y) ** 2 <= 36 ? 1 : 0;
  }
  const view = { ...size, matrix: [], ids, things: [{ seen: 1, alone: 1 }] };
  const [own, bare] = [picture(shown), picture(null)];
  return { shown: own, bare, target, view, index: 0, middle: shown, scales: [], depth: 1 };
}

const told = (seen: Seen): Surveyed => {
  const { with: left, without: bare, tinted } = outlined(seen);
  return { left, bare, tinted } as Surveyed;
};

describe("a thing that does not explain what is seen", () => {
  const red = [0.9, 0.1, 0.1];

  test("is of another colour where its shape is there, however different the colour", () => {
    const target = picture({ x: 8, y: 12, colour: [0.2, 0.5, 0.9] });
    expect(wronglyColoured(told(look({ x: 8, y: 12, colour: red }, target)), 0.1)).toBe(true);
  });

  test("stands elsewhere where the target shows its ground, or a part of it only", () => {
    for (const x of [16, 13]) {
      const target = picture({ x, y: 12, colour: red });
      expect(wronglyColoured(told(look({ x: 7, y: 12, colour: red }, target)), 0.1)).toBe(false);
    }
  });
});

test("a place where nothing remains comes before one that explains somewhat more and leaves as much", () => {
  const at = (owner: string, value: number, remains: number): Scored => ({
    one: { owner, moved: [[0, 1]], cost: 1 },
    value,
    remains,
    left: 0.1,
    pays: true,
  });
  const order = inOrder([at("another's", 13.7, 1.9), at("its own", 14.3, 0.2), at("nowhere", 17, 0)], 17.6);
  expect(order.map(({ one }) => one.owner)).toEqual(["its own", "another's", "nowhere"]);
});
