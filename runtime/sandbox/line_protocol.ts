/**
 * Messages over a pipe: one line of JSON each, behind a mark that only the two ends know. Whatever
 * else is written to the pipe is noise, and stays noise.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/**
 * A message as bytes. The line break before it ends whatever noise stands on the line.
 *
 * @param mark what the other end expects before a message
 */
export function encodeLine(mark: string, message: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`\n${mark}${JSON.stringify(message)}\n`);
}

/** The message of a line, or undefined when the line is noise. */
export function decodeLine(mark: string, line: string): unknown {
  if (!line.startsWith(mark) || line === "") return undefined;
  try {
    return JSON.parse(line.slice(mark.length));
  } catch {
    return undefined;
  }
}

/**
 * The lines of a stream, without empty ones. Ends with the stream.
 *
 * @param bytesMax the longest line
 * @throws {SynapseError} `payload_too_large` if a line is longer
 */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(0x0a, from);
      const piece = chunk.subarray(from, end < 0 ? chunk.length : end);
      bytes += piece.length;
      if (bytes > bytesMax) {
        throw new SynapseError("payload_too_large", `Line has more than ${bytesMax} bytes`);
      }
      pieces.push(decoder.decode(piece, { stream: end < 0 }));
      if (end < 0) break;
      const line = pieces.join("");
      if (line !== "") yield line;
      pieces = [];
      bytes = 0;
      from = end + 1;
    }
  }
}
