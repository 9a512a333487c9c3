/**
 * What the rehearsals of a recovery share: people who talk all the time, whatever becomes of the nodes,
 * and the judgement in the end.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import type { Member } from "../../../runtime/e2e/cluster/member.ts";
import { conversation, type Nodes } from "../../../runtime/e2e/cluster/conversation.ts";
import { NOTE_SKILL } from "../../../runtime/e2e/cluster/history.ts";
import { PASSING, RecordedClient } from "../../../runtime/e2e/cluster/recorded_client.ts";
import { ledgerSkill } from "../../../runtime/e2e/ledger.ts";
import type { Checklist } from "../checklist.ts";
import { require } from "../rehearsal_error.ts";
import { type Forgotten, judge } from "./owed.ts";

/** How people talk: each sends the next message a little after the last one was acknowledged. */
const HABITS = { pace_ms: 400, passing: PASSING, answer_ms: 5000 };

const SESSIONS = Array.from({ length: 12 }, (_, i) => `talk-${i}`);

/** Milliseconds of talk before, between and after what happens. */
export const TALK_MS = 3000;

/** The skills of a rehearsal's nodes: people have one called that touches the world. */
export function skills(root: string): Readonly<Record<string, string>> {
  return { "note.ts": ledgerSkill(root, { name: NOTE_SKILL, idempotent: false }) };
}

/** Lets people talk for a while. */
export function talk(ms = TALK_MS): Promise<void> {
  return systemClock.sleep(ms);
}

/** A time of the machine's clock, in milliseconds since the epoch, as the client's monotonic time. */
export function clientTime(at: number): number {
  return at - systemClock.now() + systemClock.monotonic();
}

/** Nodes, and who is to talk to them. */
export interface Stage {
  readonly list: Checklist;
  readonly nodes: Nodes;
  readonly members: readonly Member[];
}

/**
 * Has people talk while something happens, and judges by what they were told.
 *
 * @param meanwhile destroys and recovers; it resolves to what of the past is forgotten by that
 */
export async function underLoad(
  { list, nodes, members }: Stage,
  meanwhile: () => Promise<Forgotten>,
): Promise<void> {
  const client = new RecordedClient(members, HABITS);
  const happened: Forgotten[] = [];
  const history = await conversation(nodes, client, SESSIONS, async () => {
    happened.push(await meanwhile());
    await talk();
  });
  const [forgotten] = happened;
  require(forgotten !== undefined, "nothing was destroyed");
  await list.step(
    "everything acknowledged before the point is there once and in order",
    async () => {
      const { before, between, gone, after, faults } = await Promise.resolve(
        judge(history, forgotten),
      );
      const found = faults.slice(0, 10).map(({ session, kind, detail }) =>
        `${session}: ${kind}: ${detail}`
      );
      require(faults.length === 0, found.join("\n"));
      require(before > 0 && gone > 0 && after > 0, "nobody talked before, between or after");
      return `${before} messages in ${SESSIONS.length} sessions; of ${between} acknowledged later ` +
        `${gone} are gone; ${after} more since, in the same sessions`;
    },
  );
  await list.step("audit verify passes", async () => {
    const { code, stdout, stderr } = await nodes.site.run(["audit", "verify"], {
      node: nodes.member(0).process,
    });
    require(code === 0, stdout + stderr);
    return stdout.trim();
  });
}
