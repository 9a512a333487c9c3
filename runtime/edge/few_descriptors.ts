/**
 * Test support: a program that serves, and is to be run with few file descriptors. It prints where it
 * serves. With the argument `exhaust` it first uses up all descriptors and gives them back, and then
 * prints whether it still hears.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { descriptorLimit } from "../file_descriptors.ts";
import { apiRoom } from "./connection_room.ts";
import { HttpListener } from "./http_listener.ts";

/** How long a client may wait to be taken in, in milliseconds. */
const PATIENCE_MS = 1000;

// As a node does: where Deno begins to mind signals when there are no descriptors, it panics.
Deno.addSignalListener("SIGTERM", () => Deno.exit());

const listener = await HttpListener.open({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response("hello"),
  clock: systemClock,
  room: apiRoom(descriptorLimit()),
});
if (Deno.args[0] === "exhaust") await exhaust();
console.log(listener.url);
if (Deno.args[0] === "exhaust") console.log(await hears());

async function exhaust(): Promise<void> {
  await hears();
  const files = openAll();
  // One for the client; none is left to take it in.
  files.pop()?.close();
  await hears();
  for (const file of files) file.close();
}

function openAll(): Deno.FsFile[] {
  const files: Deno.FsFile[] = [];
  try {
    for (;;) files.push(Deno.openSync("/dev/null"));
  } catch {
    return files;
  }
}

async function hears(): Promise<string> {
  const { signal } = new AbortController();
  return await listener.hears(PATIENCE_MS, signal) ? "hears" : "deaf";
}
