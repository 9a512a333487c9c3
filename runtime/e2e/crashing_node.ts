/**
 * Test support: the program's own node, but for one thing: it kills itself right before or right
 * after the commit that holds a given event of a given session.
 *
 * Arguments: the session's id, the event's seq, `before` or `after`.
 *
 * @module
 */
import type { ActorCommit, Journal } from "../journal/port.ts";
import { main } from "../main.ts";

/** Where the node dies. */
interface CrashPoint {
  readonly session: string;
  readonly seq: number;
  readonly phase: string;
}

function crashAt({ session, seq, phase }: CrashPoint, journal: Journal): Journal {
  const isHere = ({ address, events }: ActorCommit) =>
    address.id === session && events.some((event) => event.seq === seq);
  return {
    ...journal,
    async commit(batch) {
      const here = batch.some(isHere);
      if (here && phase === "before") Deno.kill(Deno.pid, "SIGKILL");
      const outcomes = await journal.commit(batch);
      if (here && phase === "after") Deno.kill(Deno.pid, "SIGKILL");
      return outcomes;
    },
  };
}

async function serve([session = "", seq, phase = ""]: readonly string[]): Promise<void> {
  // Not loaded by its skill hosts, which are this program as well.
  const { startNode } = await import("../compose.ts");
  const { loadConfig } = await import("../config.ts");
  const { systemConfigSource } = await import("../config/system_source.ts");
  const source = systemConfigSource();
  const point = { session, seq: Number(seq), phase };
  const { api_url, metrics_url } = await startNode(loadConfig(source), {
    env: source.env,
    wrapJournal: (journal) => crashAt(point, journal),
  });
  console.log(JSON.stringify({ api_url, metrics_url, pid: Deno.pid }, null, 2));
}

if (import.meta.main) {
  await (Deno.args[0] === "skill-host" ? main(Deno.args) : serve(Deno.args));
}
