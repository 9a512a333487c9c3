/**
 * Has memory take what a session noted, or forget what it is to forget. What that is stands in the
 * journal, and is read there when its turn comes: however long memory is away, nothing waits in the
 * process.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { CommandOf } from "../../actors/session/commands.ts";
import type { SessionEvent } from "../../actors/session/events.ts";
import type { MemoryWork } from "../../actors/session/memory_request.ts";
import { parseEvent } from "../../actors/session/upcast.ts";
import { invariant } from "../../actors/invariant.ts";
import type { Clock } from "../clock.ts";
import type { EffectContext } from "../engine/effect_handler.ts";
import { SynapseError } from "../errors.ts";
import { type EventLog, JournalUnavailable } from "../journal/port.ts";
import type { TextMask } from "../redaction.ts";
import { notedItems } from "./journaled_items.ts";
import { memoryFault } from "./memory_fault.ts";
import type { Memory } from "./port.ts";
import { within } from "./within.ts";

/** Milliseconds for one try. */
const TRY_MS = 30_000;

/** Milliseconds between tries: the first, then doubled. */
const AGAIN_MS = 250;

/** Tries before the session is told that memory is away, which takes some seconds. */
const TRIES = 5;

/** Milliseconds before a journal that is away is asked again. */
const ASK_AGAIN_MS = 500;

/** What it takes. */
export interface TakeOptions {
  /** Null: there is none. */
  readonly memory: Memory | null;
  readonly journal: Pick<EventLog, "readEvents">;
  readonly clock: Pick<Clock, "sleep">;
  /** Masks what is journaled of a failure. */
  readonly mask: TextMask;
}

type End = CommandOf<"memory.settle"> | CommandOf<"memory.defer">;

/** Has memory do what the event asks, in some tries. */
export async function takeNoted(
  work: MemoryWork,
  { address, signal }: EffectContext,
  { memory, journal, clock, mask }: TakeOptions,
): Promise<End> {
  const { seq: of } = work;
  if (memory === null) {
    const error = { code: "memory_unavailable", message: "There is no memory here" };
    return { type: "memory.defer", of, error };
  }
  const noted = await readNoted(address, work, { journal, clock, signal });
  for (let tries = 1;; tries++) {
    try {
      return await within(clock, TRY_MS, signal, () => carryOut(memory, address, work, noted));
    } catch (error) {
      const fault = memoryFault(error, mask);
      // To repeat it unchanged cannot help.
      if (error instanceof SynapseError && error.reaction === "reject") {
        return { type: "memory.settle", of, outcomes: [], forgotten: 0, refused: fault };
      }
      if (tries >= TRIES || signal.aborted) return { type: "memory.defer", of, error: fault };
      await clock.sleep(AGAIN_MS * 2 ** (tries - 1), signal);
    }
  }
}

interface Noted {
  readonly event: SessionEvent;
  readonly at: number;
}

async function readNoted(
  address: Address,
  { seq }: MemoryWork,
  { journal, clock, signal }: Pick<TakeOptions, "journal" | "clock"> & {
    readonly signal: AbortSignal;
  },
): Promise<Noted> {
  for (;;) {
    try {
      const [found] = await journal.readEvents(address, seq - 1, 1);
      invariant(found?.seq === seq, "M1 what memory is to take is in the journal");
      return { event: parseEvent(found.type, found.v, found.payload), at: found.at };
    } catch (error) {
      if (!(error instanceof JournalUnavailable) || signal.aborted) throw error;
      await clock.sleep(ASK_AGAIN_MS, signal);
    }
  }
}

async function carryOut(
  memory: Memory,
  { tenant, id: session }: Address,
  { seq: of }: MemoryWork,
  { event, at }: Noted,
): Promise<CommandOf<"memory.settle">> {
  const settle = (outcomes: CommandOf<"memory.settle">["outcomes"], forgotten: number) =>
    ({ type: "memory.settle", of, outcomes, forgotten, refused: null }) as const;
  if (event.type === "memory.noted") {
    const items = notedItems(event.payload, { tenant, session, at });
    return settle([...await memory.remember(items)], 0);
  }
  invariant(event.type === "memory.forgetting", "M2 memory takes notes, and forgets");
  const { ids, owner: agent } = event.payload;
  const which = ids === null ? { session } : { ids };
  const whose = agent === null ? {} : { agent };
  // What is noted again later is meant to stay.
  const before = at + 1;
  return settle([], await memory.forget({ tenant, before, ...which, ...whose }));
}
