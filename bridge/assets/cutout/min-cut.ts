/*
 * The minimum cut of a grid of pixels by Boykov and Kolmogorov's algorithm ("An Experimental Comparison of Min-Cut/Max-Flow
 * Algorithms for Energy Minimization in Vision", PAMI 2004): two trees grow from the terminals, and what a full path cuts off is
 * adopted again or let go.
 */

const free = 0;
const source = 1;
const sink = 2;
/** A parent that is the terminal itself, no parent, or one that was cut off. */
const terminal = -1;
const none = -2;
const orphan = -3;

/** Which pixels stay with the source. Arcs come in pairs: `arc ^ 1` is the way back. */
export class MinCut {
  readonly #count: number;
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #head: Int32Array;
  readonly #rest: Float64Array;
  /** What is left of a pixel's arc from the source (above 0) or to the sink (below). */
  readonly #terminals: Float64Array;
  readonly #tree: Uint8Array;
  readonly #parent: Int32Array;
  readonly #active: Int32Array;
  readonly #isActive: Uint8Array;
  #begin = 0;
  #waiting = 0;
  #arcs = 0;
  #orphans: number[] = [];

  constructor(count: number, arcs: number) {
    this.#count = count;
    this.#first = new Int32Array(count).fill(-1);
    this.#next = new Int32Array(2 * arcs);
    this.#head = new Int32Array(2 * arcs);
    this.#rest = new Float64Array(2 * arcs);
    this.#terminals = new Float64Array(count);
    this.#tree = new Uint8Array(count);
    this.#parent = new Int32Array(count).fill(none);
    this.#active = new Int32Array(count);
    this.#isActive = new Uint8Array(count);
  }

  /** What it costs to part a pixel from the source and from the sink. */
  join(node: number, fromSource: number, toSink: number): void {
    this.#terminals[node]! += fromSource - toSink;
  }

  /** What it costs to part two pixels. */
  link(a: number, b: number, cost: number): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const arc = this.#arcs++;
      this.#head[arc] = to;
      this.#rest[arc] = cost;
      this.#next[arc] = this.#first[from]!;
      this.#first[from] = arc;
    }
  }

  /** -> for each pixel whether it is on the source's side */
  solve(): Uint8Array {
    for (let node = 0; node < this.#count; node++) {
      const rest = this.#terminals[node]!;
      if (rest === 0) continue;
      this.#tree[node] = rest > 0 ? source : sink;
      this.#parent[node] = terminal;
      this.#push(node);
    }
    for (let node = this.#pop(); node !== -1; node = this.#pop()) {
      for (let bridge = this.#grow(node); bridge !== -1; bridge = this.#grow(node)) {
        this.#augment(bridge);
        while (this.#orphans.length > 0) this.#adopt(this.#orphans.pop()!);
        if (this.#tree[node] === free) break;
      }
    }
    return this.#tree.map((side) => (side === source ? 1 : 0));
  }

  #push(node: number): void {
    if (this.#isActive[node] === 1) return;
    this.#isActive[node] = 1;
    this.#active[(this.#begin + this.#waiting) % this.#count] = node;
    this.#waiting += 1;
  }

  #pop(): number {
    while (this.#waiting > 0) {
      const node = this.#active[this.#begin]!;
      this.#begin = (this.#begin + 1) % this.#count;
      this.#waiting -= 1;
      this.#isActive[node] = 0;
      if (this.#tree[node] !== free) return node;
    }
    return -1;
  }

  /** Takes a pixel's free neighbours into its tree. -> the arc from the source's tree to the sink's where they meet, or -1 */
  #grow(node: number): number {
    const side = this.#tree[node]!;
    for (let arc = this.#first[node]!; arc !== -1; arc = this.#next[arc]!) {
      if (this.#rest[side === source ? arc : arc ^ 1]! <= 0) continue;
      const other = this.#head[arc]!;
      if (this.#tree[other] === free) {
        this.#tree[other] = side;
        this.#parent[other] = arc ^ 1;
        this.#push(other);
      } else if (this.#tree[other] !== side) return side === source ? arc : arc ^ 1;
    }
    return -1;
  }

  /** Sends what a path from terminal to terminal can carry; what it fills cuts pixels off. */
  #augment(bridge: number): void {
    const [up, down] = [this.#head[bridge ^ 1]!, this.#head[bridge]!];
    let least = this.#rest[bridge]!;
    let node = up;
    for (; this.#parent[node] !== terminal; node = this.#head[this.#parent[node]!]!) {
      least = Math.min(least, this.#rest[this.#parent[node]! ^ 1]!);
    }
    least = Math.min(least, this.#terminals[node]!);
    for (node = down; this.#parent[node] !== terminal; node = this.#head[this.#parent[node]!]!) {
      least = Math.min(least, this.#rest[this.#parent[node]!]!);
    }
    least = Math.min(least, -this.#terminals[node]!);
    this.#send(bridge, least);
    for (node = up; this.#parent[node] !== terminal; ) {
      const arc = this.#parent[node]!;
      const above = this.#head[arc]!;
      if (this.#send(arc ^ 1, least)) this.#cutOff(node);
      node = above;
    }
    this.#terminals[node]! -= least;
    if (this.#terminals[node]! <= 0) this.#cutOff(node);
    for (node = down; this.#parent[node] !== terminal; ) {
      const arc = this.#parent[node]!;
      const above = this.#head[arc]!;
      if (this.#send(arc, least)) this.#cutOff(node);
      node = above;
    }
    this.#terminals[node]! += least;
    if (this.#terminals[node]! >= 0) this.#cutOff(node);
  }

  /** -> whether the arc is full now */
  #send(arc: number, amount: number): boolean {
    this.#rest[arc]! -= amount;
    this.#rest[arc ^ 1]! += amount;
    if (this.#rest[arc]! > 1e-9) return false;
    this.#rest[arc] = 0;
    return true;
  }

  #cutOff(node: number): void {
    this.#parent[node] = orphan;
    this.#orphans.push(node);
  }

  /** Finds a cut-off pixel another parent that still hangs on a terminal, or lets it and its children go. */
  #adopt(node: number): void {
    const side = this.#tree[node]!;
    for (let arc = this.#first[node]!; arc !== -1; arc = this.#next[arc]!) {
      const other = this.#head[arc]!;
      if (this.#tree[other] !== side || this.#rest[side === source ? arc ^ 1 : arc]! <= 0) continue;
      if (!this.#hangs(other)) continue;
      this.#parent[node] = arc;
      return;
    }
    this.#tree[node] = free;
    this.#parent[node] = none;
    for (let arc = this.#first[node]!; arc !== -1; arc = this.#next[arc]!) {
      const other = this.#head[arc]!;
      if (this.#tree[other] !== side) continue;
      if (this.#rest[side === source ? arc ^ 1 : arc]! > 0) this.#push(other);
      const parent = this.#parent[other]!;
      if (parent >= 0 && this.#head[parent] === node) this.#cutOff(other);
    }
  }

  #hangs(from: number): boolean {
    for (let node = from; ; node = this.#head[this.#parent[node]!]!) {
      const parent = this.#parent[node]!;
      if (parent === terminal) return true;
      if (parent < 0) return false;
    }
  }
}
