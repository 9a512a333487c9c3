/**
 * The stand-in as a program, for a container: on all addresses at Qdrant's port. It ends with 1 if it
 * saw or sent anything that is not described.
 *
 * @module
 */
import { QdrantStandIn } from "./server.ts";

/** Where Qdrant listens. */
const PORT = 6333;

/** What others than the adapter ask for. It has no figures to tell. */
const ANSWERS: Readonly<Record<string, string>> = {
  "/readyz": "all shards are ready\n",
  "/metrics": "",
};

if (import.meta.main) {
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  const stand_in = new QdrantStandIn();
  await Deno.serve({ hostname: "0.0.0.0", port: PORT, signal: stop.signal }, (request) => {
    const { pathname, search } = new URL(request.url);
    const answer = ANSWERS[pathname];
    if (answer !== undefined) return new Response(answer);
    return fetch(new Request(stand_in.url + pathname + search, request));
  }).finished;
  const faults = stand_in.takeFaults();
  for (const fault of faults) console.error(fault);
  await stand_in.stop();
  Deno.exitCode = faults.length === 0 ? 0 : 1;
}
