/**
 * Sessions at work.
 *
 * @module
 */
import { send } from "../../../runtime/e2e/session_calls.ts";
import { repeat } from "./repeat.ts";
import { openSessions, type Stage } from "./stage.ts";

/** Between the turns of one session, in milliseconds. */
const PAUSE_MS = 200;

/** Has sessions of that agent hold one turn after the other, on both nodes. */
export async function holdTurns(
  stage: Stage,
  { agent, message, sessions }: {
    readonly agent: string;
    readonly message: string;
    readonly sessions: number;
  },
): Promise<() => Promise<void>> {
  const stops = await Promise.all(stage.members.map(async (owner) => {
    const prefix = `turns-${agent}-${owner.id}`;
    const ids = await openSessions(stage, { owner, agent, prefix, count: sessions });
    const wait = { query: { wait: "30s" } };
    return ids.map((id) => repeat(() => send(owner.client, id, message, wait), PAUSE_MS));
  }));
  return async () => {
    await Promise.all(stops.flat().map((stop) => stop()));
  };
}
