/**
 * The port to randomness, so that a simulation can own it.
 *
 * @module
 */

/** Random numbers and ids. */
export interface Entropy {
  /** A number in [0, 1). */
  random(): number;
  /** A new id, unique for ever: the prefix, an underscore, 26 characters that sort by time. */
  id(prefix: string): string;
}

/** Crockford's base 32: no I, L, O, U, so ids can be read aloud. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Makes an entropy source from a clock and a source of random bytes. Ids are ULIDs in lower case. */
export function createEntropy(
  now: () => number,
  fill: (bytes: Uint8Array<ArrayBuffer>) => void,
): Entropy {
  const bytes = new Uint8Array(16);
  return {
    random() {
      fill(bytes);
      return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
    },
    id(prefix) {
      fill(bytes);
      let time = now();
      let text = "";
      for (let i = 0; i < 10; i++) {
        text = ALPHABET[time % 32] + text;
        time = Math.floor(time / 32);
      }
      for (const byte of bytes) text += ALPHABET[byte % 32];
      return `${prefix}_${text}`;
    },
  };
}

/** The machine's source. */
export const systemEntropy: Entropy = createEntropy(
  () => Date.now(),
  (bytes) => void crypto.getRandomValues(bytes),
);
