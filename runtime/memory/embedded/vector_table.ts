/**
 * The vectors of one space, packed in memory, with what filters look at.
 *
 * Every search looks at every vector that meets the filter, so that none is missed; at 384 dimensions
 * that takes about 0.2 microseconds for each. Vectors lie in blocks, so that a growing table copies
 * nothing and has little room to spare.
 *
 * @module
 */
import { invariant } from "../../../actors/invariant.ts";
import type { Ranked } from "../fusion.ts";
import { COSINE_MIN } from "../near_duplicates.ts";
import { MEMORY_KINDS, type MemoryFilter, type MemoryItem, type MemoryKind } from "../port.ts";
import { Best } from "./best.ts";

/** Vectors in a block. */
const BLOCK_ROWS = 64;

/** Coordinates whose signs make up a vector's signature. */
const SIGNATURE_BITS = 64;

/**
 * In how many bits the signatures of near-duplicates differ at most. Vectors at {@link COSINE_MIN}
 * (14 degrees apart) differ in about 5 of 64, those that have nothing to do with each other in 32.
 */
const SIGNATURE_DISTANCE_MAX = 16;

/** What a table knows of an item besides its vector. */
export type VectorRow = Pick<MemoryItem, "agent" | "session" | "kind" | "at"> & {
  readonly key: number;
};

/** Which rows: those of the filter; `keys` stands for its ids. */
export type VectorFilter = Omit<MemoryFilter, "tenant" | "ids"> & {
  readonly keys?: ReadonlySet<number>;
};

/** Vectors of one size by key. */
export class VectorTable {
  readonly dimensions: number;
  readonly #blocks: Float32Array[] = [];
  /** By slot, like all lists here. */
  readonly #keys: number[] = [];
  readonly #agents: number[] = [];
  readonly #sessions: number[] = [];
  readonly #kinds: number[] = [];
  readonly #times: number[] = [];
  readonly #signatures: [number[], number[]] = [[], []];
  readonly #slots = new Map<number, number>();
  readonly #names = new Map<string, number>();

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  /** What the vectors take, in bytes. */
  get bytes(): number {
    return this.#blocks.length * BLOCK_ROWS * this.dimensions * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Adds a row, whose key must be new. */
  add(row: VectorRow, vector: Float32Array): void {
    invariant(vector.length === this.dimensions, "V1 all vectors of a table have one size");
    invariant(!this.#slots.has(row.key), "V2 a key has one vector");
    const slot = this.#keys.length;
    if (slot === this.#blocks.length * BLOCK_ROWS) {
      this.#blocks.push(new Float32Array(BLOCK_ROWS * this.dimensions));
    }
    this.#vectorAt(slot).set(vector);
    this.#slots.set(row.key, slot);
    this.#keys[slot] = row.key;
    this.#agents[slot] = this.#nameOf(row.agent);
    this.#sessions[slot] = this.#nameOf(row.session);
    this.#kinds[slot] = 1 << MEMORY_KINDS.indexOf(row.kind);
    this.#times[slot] = row.at;
    const signature = signatureOf(vector);
    for (const half of [0, 1] as const) this.#signatures[half][slot] = signature[half];
  }

  /** Removes a row, if there is one: the last row takes its place. */
  remove(key: number): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    const last = this.#keys.length - 1;
    this.#vectorAt(slot).set(this.#vectorAt(last));
    this.#slots.set(this.#keys[last]!, slot);
    this.#slots.delete(key);
    for (
      const list of [
        this.#keys,
        this.#agents,
        this.#sessions,
        this.#kinds,
        this.#times,
        ...this.#signatures,
      ]
    ) {
      list[slot] = list[last]!;
      list.pop();
    }
    if (last === (this.#blocks.length - 1) * BLOCK_ROWS) this.#blocks.pop();
  }

  /** Notes a newer time. */
  touch(key: number, at: number): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#times[slot] = at;
  }

  /** A row's vector; it is the table's own, and stands only until the next change. */
  vector(key: number): Float32Array | null {
    const slot = this.#slots.get(key);
    return slot === undefined ? null : this.#vectorAt(slot);
  }

  /**
   * The rows nearest to a vector of length 1, by the cosine.
   *
   * @param count how many at most, from 1
   */
  nearest(vector: Float32Array, filter: VectorFilter, count: number): readonly Ranked<number>[] {
    const best = new Best(count);
    const meets = this.#test(filter);
    // Numbers of 64 bits need no conversion in the loop.
    const wanted = Float64Array.from(vector);
    const scores = new Float64Array(4);
    const places = new Int32Array(BLOCK_ROWS);
    for (const [b, block] of this.#blocks.entries()) {
      const first = b * BLOCK_ROWS;
      const rows = Math.min(BLOCK_ROWS, this.#keys.length - first);
      let count = 0;
      for (let i = 0; i < rows; i++) if (meets === null || meets(first + i)) places[count++] = i;
      // The last group is filled up with what lies there from before; its products go unseen.
      for (let i = 0; i < count; i += 4) {
        dotFour(wanted, block, places, i, scores);
        for (let j = i; j < Math.min(i + 4, count); j++) {
          const score = scores[j - i]!;
          if (score > best.threshold) best.offer(this.#keys[first + places[j]!]!, score);
        }
      }
    }
    return best.ranked;
  }

  /** Keys of rows of that agent and kind whose vectors may all but coincide with this one. */
  alike(vector: Float32Array, { agent, kind }: { agent: string; kind: MemoryKind }): number[] {
    const meets = this.#test({ agent, kinds: [kind] });
    const wanted = Float64Array.from(vector);
    const [low, high] = signatureOf(vector);
    const [lows, highs] = this.#signatures;
    const found: number[] = [];
    for (let slot = 0; slot < lows.length; slot++) {
      const distance = ones(lows[slot]! ^ low) + ones(highs[slot]! ^ high);
      if (distance > SIGNATURE_DISTANCE_MAX || !meets?.(slot)) continue;
      const block = this.#blocks[Math.floor(slot / BLOCK_ROWS)]!;
      const score = dot(wanted, block, (slot % BLOCK_ROWS) * this.dimensions);
      if (score >= COSINE_MIN) found.push(this.#keys[slot]!);
    }
    return found;
  }

  #vectorAt(slot: number): Float32Array {
    const from = (slot % BLOCK_ROWS) * this.dimensions;
    return this.#blocks[Math.floor(slot / BLOCK_ROWS)]!.subarray(from, from + this.dimensions);
  }

  /** Agents and sessions as numbers. */
  #nameOf(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }

  /** What a filter asks of a slot; null if every slot meets it. */
  #test({ agent, session, kinds, before, keys }: VectorFilter): ((slot: number) => boolean) | null {
    const tests: ((slot: number) => boolean)[] = [];
    const named = (list: readonly number[], name: string | undefined) => {
      if (name === undefined) return;
      const wanted = this.#names.get(name) ?? -1;
      tests.push((slot) => list[slot] === wanted);
    };
    named(this.#agents, agent);
    named(this.#sessions, session);
    if (kinds !== undefined) {
      const wanted = kinds.reduce((bits, kind) => bits | 1 << MEMORY_KINDS.indexOf(kind), 0);
      tests.push((slot) => (this.#kinds[slot]! & wanted) !== 0);
    }
    if (before !== undefined) tests.push((slot) => this.#times[slot]! < before);
    if (keys !== undefined) tests.push((slot) => keys.has(this.#keys[slot]!));
    if (tests.length <= 1) return tests[0] ?? null;
    return (slot) => tests.every((test) => test(slot));
  }
}

/** The product of a vector and a row. */
function dot(a: Float64Array, block: Float32Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * block[from + i]!;
  return sum;
}

/** The products of a vector and the four rows listed from `at`: four sums, so that no addition waits for another. */
function dotFour(
  a: Float64Array,
  block: Float32Array,
  rows: Int32Array,
  at: number,
  into: Float64Array,
): void {
  const size = a.length;
  const [r0, r1] = [rows[at]! * size, rows[at + 1]! * size];
  const [r2, r3] = [rows[at + 2]! * size, rows[at + 3]! * size];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < size; i++) {
    const x = a[i]!;
    s0 += x * block[r0 + i]!;
    s1 += x * block[r1 + i]!;
    s2 += x * block[r2 + i]!;
    s3 += x * block[r3 + i]!;
  }
  into[0] = s0;
  into[1] = s1;
  into[2] = s2;
  into[3] = s3;
}

/** The signs of the first coordinates. */
function signatureOf(vector: Float32Array): readonly [number, number] {
  let [low, high] = [0, 0];
  const bits = Math.min(SIGNATURE_BITS, vector.length);
  for (let i = 0; i < bits; i++) {
    if (vector[i]! <= 0) continue;
    if (i < 32) low |= 1 << i;
    else high |= 1 << (i - 32);
  }
  return [low, high];
}

/** How many bits are set. */
function ones(bits: number): number {
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
