/**
 * From the journal to an actor in memory: the snapshot, then the events after it.
 *
 * @module
 */
import type { Address, Json } from "../../actors/behavior.ts";
import type { Clock } from "../clock.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import { GENESIS } from "../journal/hash_chain.ts";
import type { EventLog, JournalEvent, LoadedActor } from "../journal/port.ts";
import type { AnyBehavior, LiveActor } from "./step.ts";

/** An actor as loaded. */
export interface Loaded extends LiveActor {
  /** The seq of the newest snapshot, if this version of the behavior saved it; 0 without one. */
  readonly snapshot_seq: number;
}

/** Events read and replayed at a time; between two pages others have their turn. */
const PAGE = 100;

/** Who reads a past state. */
export interface Reader {
  readonly journal: EventLog & {
    /** How far the actor is, as the directory says; null for one without events. */
    find(address: Address): Promise<{ readonly seq: number } | null>;
  };
  readonly clock: Pick<Clock, "yield">;
}

/** A state and its place in the journal. */
type At = Omit<LiveActor, "hash">;

/**
 * Loads an actor; one without events is in its initial state. `waiting`: how many
 * commands its mailbox holds, as far as that is known.
 *
 * @throws {SynapseError} `event_unknown` if an event cannot be read by this program, `journal_corrupt`
 * if the events have a gap
 */
export async function loadActor(
  log: EventLog,
  behavior: AnyBehavior,
  address: Address,
): Promise<Loaded & { readonly waiting: number | null }> {
  const stored = await log.load(address);
  if (!stored) {
    const state = behavior.initial(address.id);
    return { state, seq: 0, hash: GENESIS, snapshot_seq: 0, waiting: null };
  }
  const start = usable(behavior, stored.snapshot);
  // What another version of the behavior saved counts as nothing: its events say the same.
  const before = start ??
    await replayUpTo(log, behavior, first(behavior, address), address, stored.snapshot?.seq ?? 0);
  const { state, seq } = replay(behavior, before, stored.tail);
  if (seq !== stored.seq) throw gap(seq + 1, `the end (${stored.seq})`);
  const { hash, waiting } = stored;
  return { state, seq, hash, snapshot_seq: start?.seq ?? 0, waiting };
}

/**
 * The state after event `target` (null: the last one), from the journal alone; null when there is no
 * such event.
 *
 * @throws {SynapseError} as {@link loadActor} does
 */
export async function stateAt(
  { journal, clock }: Reader,
  behavior: AnyBehavior,
  address: Address,
  target: number | null,
): Promise<LiveActor | null> {
  const record = await journal.find(address);
  const wanted = target ?? record?.seq ?? 0;
  if (!record || wanted < 1 || wanted > record.seq) return null;
  // The snapshot is near the end: it is of no use to what lies far back, and not read for it.
  const stored = record.seq - wanted < PAGE ? await journal.load(address) : null;
  const snapshot = usable(behavior, stored?.snapshot ?? null);
  const start = snapshot && snapshot.seq <= wanted ? snapshot : first(behavior, address);
  const at = await replayUpTo(journal, behavior, start, address, wanted, () => clock.yield());
  const [event] = await journal.readEvents(address, wanted - 1, 1);
  if (!event) throw gap(wanted, "the end");
  return { ...at, hash: event.hash };
}

function first(behavior: AnyBehavior, { id }: Address): At {
  return { state: behavior.initial(id), seq: 0 };
}

/** The state that a snapshot holds, if this version of the behavior saved it. */
function usable(behavior: AnyBehavior, snapshot: LoadedActor["snapshot"]): At | null {
  if (snapshot?.version !== behavior.state_version) return null;
  return { state: snapshot.state, seq: snapshot.seq };
}

/** Replays the events up to that seq, page by page. */
async function replayUpTo(
  log: EventLog,
  behavior: AnyBehavior,
  from: At,
  address: Address,
  seq: number,
  pause = () => Promise.resolve(),
): Promise<At> {
  let at = from;
  while (at.seq < seq) {
    if (at !== from) await pause();
    const page = await log.readEvents(address, at.seq, Math.min(PAGE, seq - at.seq));
    if (page.length === 0) throw gap(at.seq + 1, "the end");
    at = replay(behavior, at, page);
  }
  return at;
}

function replay(
  behavior: AnyBehavior,
  from: At,
  events: readonly JournalEvent[],
): At {
  let { state, seq } = from;
  for (const event of events) {
    if (event.seq !== seq + 1) throw gap(seq + 1, `${event.seq}`);
    state = behavior.evolve(state, read(behavior, event), event.at, event.seq);
    seq = event.seq;
  }
  return { state, seq };
}

function read(behavior: AnyBehavior, event: JournalEvent): ReturnType<AnyBehavior["parseEvent"]> {
  try {
    return behavior.parseEvent(event.type, event.v, event.payload as Json);
  } catch (cause) {
    const message =
      `Event ${event.seq} (${event.type}, version ${event.v}) cannot be read by this version of Synapse: ` +
      errorMessage(cause);
    throw new SynapseError("event_unknown", message, {
      cause,
      data: { seq: event.seq, type: event.type },
    });
  }
}

function gap(wanted: number, found: string): SynapseError {
  return new SynapseError(
    "journal_corrupt",
    `Journal has a gap: wanted event ${wanted}, found ${found}`,
    {
      data: { seq: wanted },
    },
  );
}
