/**
 * Has the event loop of the node in this container stand still, and prints what is heard of it then. Its
 * text is run by `deno eval` in the container, so it imports nothing. The engine cannot do that from
 * outside: one that sends a signal to a container takes it for stopped by hand, and does not start it
 * again.
 *
 * @module
 */

/** Deno opens its debugger there when it gets SIGUSR1. */
const DEBUGGER = "http://127.0.0.1:9229/json/list";

/** Longer than a node takes to answer, in milliseconds. */
const ANSWER_MS = 2000;

/** How many answers a node that is to stand still may give. */
const TRIES_MAX = 10;

/** The status of the node's answer, or the name of what went wrong. */
async function askNode(): Promise<string> {
  // deno-lint-ignore synapse/no-ambient -- it imports nothing, so it has no clock
  const signal = AbortSignal.timeout(ANSWER_MS);
  const answer = fetch("http://127.0.0.1:8000/health", { signal });
  return await answer.then(({ status }) => `${status}`, ({ name }) => name);
}

/** The words that a process was started with; none if it is gone. */
function wordsOf(id: string): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${id}/cmdline`).split("\0");
  } catch {
    return [];
  }
}

/** The address of the debugger of a process. */
async function debuggerOf(pid: number): Promise<string> {
  Deno.kill(pid, "SIGUSR1");
  for (;;) {
    const targets = await fetch(DEBUGGER).then((response) => response.json(), () => []);
    const [url] = targets.map((target: Record<string, string>) => target.webSocketDebuggerUrl);
    if (url !== undefined) return url;
  }
}

const node = [...Deno.readDirSync("/proc")].map(({ name }) => name).find((id) => {
  const [program, ...words] = wordsOf(id);
  return program?.endsWith("deno") && words.includes("serve");
});
const socket = new WebSocket(await debuggerOf(Number(node)));
await new Promise((resolve) => socket.onopen = resolve);
const params = { expression: "for (;;);" };
socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params }));
// What was asked before the debugger was heard is still answered.
let heard: string;
let tries = 0;
do heard = await askNode(); while (heard === "200" && ++tries < TRIES_MAX);
console.log(heard);
Deno.exit();
