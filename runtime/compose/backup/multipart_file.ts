/**
 * One file in a form (RFC 7578), as a stream: `FormData` would want all of it in memory.
 *
 * @module
 */
import type { Bytes } from "../../backup/encryption.ts";

/** Between parts; long enough, and odd enough, not to stand in a file by chance. */
const BOUNDARY = "synapse-5f0c7a9e2b1d48c6b3fa6e0d9c47a815";

/** A form's body and its content type. */
export interface Multipart {
  readonly type: string;
  readonly body: Bytes;
}

/** Makes a form of one file. The names have no quotes. */
export function multipartFile(field: string, filename: string, content: Bytes): Multipart {
  const encoder = new TextEncoder();
  const head = `--${BOUNDARY}\r\n` +
    `Content-Disposition: form-data; name="${field}"; filename="${filename}"\r\n` +
    "Content-Type: application/octet-stream\r\n\r\n";
  const body = content.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(encoder.encode(head)),
      flush: (controller) => controller.enqueue(encoder.encode(`\r\n--${BOUNDARY}--\r\n`)),
    }),
  );
  return { type: `multipart/form-data; boundary=${BOUNDARY}`, body };
}
