import { z } from "zod";
import { type PageLiterals, pageLiterals, withTexts } from "../../../bridge/text/page-literals.ts";
import type { Part, Tab } from "../backend/tab.ts";
import { decode, type Raster } from "./raster.ts";

const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export type Box = z.output<typeof box>;

const trial = z.object({
  height: z.number(),
  changed: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])),
});

export type Trial = z.output<typeof trial>;

/** Pieces of texts and pictures of the page with their boxes, and what each trial moves. */
const measured = z.object({
  height: z.number(),
  boxes: z.array(box),
  /** 0: a piece of text, 1: a picture, 2: another element. */
  kinds: z.array(z.number()),
  /** The text that each is a piece of, by a number that stays the same however it breaks; -1: none. */
  owners: z.array(z.number()),
  moved: z.array(trial),
});
export type Measured = z.output<typeof measured>;

type Edit = [mark: number, attribute: string, text: string];

/** Trials of one call: between calls the time is looked at. */
const together = 12;
/** Items that are followed at most. */
const mostItems = 700;
/** Characters of a piece of text that is followed. */
const pieceCharacters = 24;

/** Texts for some literals, by their numbers. */
export type Texts = ReadonlyMap<number, string>;

/** A program that is open, with numbers and colours that are changed in place: nothing is loaded again. */
export class LivePage {
  readonly #tab: Tab;
  readonly program: string;
  readonly found: PageLiterals;
  #now: Texts = new Map();

  constructor(tab: Tab, program: string) {
    this.#tab = tab;
    this.program = program;
    this.found = pageLiterals(program);
  }

  /** The program with a mark in each tag that holds literals, so that it is found again in the live page. */
  marked(): string {
    const tags = new Map<number, string>();
    for (const [index, { tag, sheet }] of this.found.holders.entries()) {
      const mark = ` data-viga-${index}`;
      tags.set(tag, sheet === undefined ? `${tags.get(tag) ?? ""}${mark}` : `</style><style${sheet}${mark}>`);
    }
    let out = "";
    let at = 0;
    for (const [tag, marks] of [...tags].sort(([a], [b]) => a - b)) {
      out += this.program.slice(at, tag) + marks;
      at = tag;
    }
    return out + this.program.slice(at);
  }

  /** Numbers of the literals whose rule finds something on the page. */
  async used(): Promise<number[]> {
    const { literals } = this.found;
    const selectors = [...new Set(literals.flatMap(({ selector }) => (selector === null ? [] : [selector])))];
    const found = z.array(z.boolean()).parse(await this.#tab.call("used", { selectors }));
    const finds = new Map(selectors.map((selector, index) => [selector, found[index] === true]));
    return literals.flatMap(({ selector }, index) =>
      selector === null || finds.get(selector) === true ? [index] : [],
    );
  }

  /** The program with those texts. */
  code(texts: Texts): string {
    return withTexts(this.program, this.found.literals, texts);
  }

  /** What a literal is with those texts. */
  textOf(literal: number, texts: Texts): string {
    return texts.get(literal) ?? this.found.literals[literal]!.text;
  }

  async put(texts: Texts): Promise<void> {
    const edits = this.#edits(this.#now, texts);
    this.#now = texts;
    if (edits.length > 0) await this.#tab.call("edit", { edits });
  }

  /** A picture of the page or of a part of it, and how high the page is in CSS pixels. */
  async shot(scale: number, part?: Part): Promise<{ picture: Raster; height: number }> {
    const { png, height } = await this.#tab.shot(scale, part);
    return { picture: await decode(png), height };
  }

  /** Where everything stands now, and where it would with each of the trials beside the present texts, as far as there is time. */
  measure(trials: readonly (readonly [number, string])[], late: () => boolean): Promise<Measured> {
    return this.measureWith(
      trials.map(([index, text]) => new Map(this.#now).set(index, text)),
      late,
    );
  }

  /** The same with each of some texts in the place of the present ones. */
  async measureWith(trials: readonly Texts[], late: () => boolean): Promise<Measured> {
    const changes = trials.map((then) => [this.#edits(this.#now, then), this.#edits(then, this.#now)]);
    const some = async (trials: typeof changes) =>
      measured.parse(await this.#tab.call("items", { most: mostItems, characters: pieceCharacters, trials }));
    const all = await some(changes.slice(0, together));
    for (let from = together; from < changes.length && !late(); from += together) {
      all.moved.push(...(await some(changes.slice(from, from + together))).moved);
    }
    return all;
  }

  /** The holders whose text differs, with it. */
  #edits(from: Texts, to: Texts): Edit[] {
    const { holders, literals } = this.found;
    const touched = new Set<number>();
    for (const index of new Set([...from.keys(), ...to.keys()])) {
      if (from.get(index) !== to.get(index)) touched.add(literals[index]!.holder);
    }
    return [...touched].map((holder) => {
      const { start, end, attribute } = holders[holder]!;
      let text = "";
      let at = start;
      for (const [index, literal] of literals.entries()) {
        const given = literal.holder === holder ? to.get(index) : undefined;
        if (given === undefined) continue;
        text += this.program.slice(at, literal.start) + given;
        at = literal.end;
      }
      text += this.program.slice(at, end);
      return [holder, attribute, attribute === "" ? text : plain(text)];
    });
  }
}

/** An attribute's text as the parser reads it. */
const plain = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
