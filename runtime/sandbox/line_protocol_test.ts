import assert from "node:assert/strict";
import { decodeLine, encodeLine, readLines } from "./line_protocol.ts";

async function lines(bytes: Uint8Array, chunkBytes: number, bytesMax = 1000): Promise<string[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        controller.enqueue(bytes.slice(at, at + chunkBytes));
      }
      controller.close();
    },
  });
  return await Array.fromAsync(readLines(stream, bytesMax));
}

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("readLines() finds messages amid noise, however the pipe cuts them", async () => {
  const message = { type: "reply", text: "zwölf\n😀" };
  const bytes = Uint8Array.from([
    ...text('noise without end of line, {"type":"reply"}'),
    ...encodeLine("m4rk ", message),
    ...text("\n\nm4rk {broken\n"),
    ...encodeLine("guess ", { type: "forged" }),
    ...encodeLine("m4rk ", message),
  ]);
  for (const chunkBytes of [1, 2, 3, 7, 1000]) {
    const decoded = (await lines(bytes, chunkBytes)).map((line) => decodeLine("m4rk ", line));
    assert.deepEqual(decoded.filter((found) => found !== undefined), [message, message]);
  }
});

Deno.test("readLines() refuses a line that does not end", async () => {
  await assert.rejects(lines(text("x".repeat(1001)), 10), { message: /more than 1000 bytes/ });
  assert.equal((await lines(text("x".repeat(1000) + "\n"), 10)).length, 1);
});
