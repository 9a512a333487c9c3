/**
 * Checksums of bytes while they pass.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Bytes } from "./encryption.ts";

/** What is enough to tell one content from another. */
export interface Digest {
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Lets bytes pass and takes their checksum.
 *
 * @returns the bytes, and their digest, which is whole when they have ended
 */
export function digesting(bytes: Bytes): readonly [Bytes, () => Digest] {
  const hash = createHash("sha256");
  let count = 0;
  const passed = bytes.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        hash.update(piece);
        count += piece.length;
        controller.enqueue(piece);
      },
    }),
  );
  return [passed, () => ({ sha256: hash.digest("hex"), bytes: count })];
}

/** Reads bytes to their end. */
export async function digestOf(bytes: Bytes): Promise<Digest> {
  const [passed, digest] = digesting(bytes);
  await passed.pipeTo(new WritableStream());
  return digest();
}
