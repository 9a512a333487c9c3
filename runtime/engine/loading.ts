/**
 * From the journal to an actor in memory: the snapshot, then the events after it.
 *
 * @module
 */
import type { Address, Json } from "../../actors/behavior.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import { GENESIS } from "../journal/hash_chain.ts";
import type { EventLog, JournalEvent } from "../journal/port.ts";
import type { AnyBehavior, LiveActor } from "./step.ts";

/** An actor as loaded. */
export interface Loaded extends LiveActor {
  /** The seq of the newest snapshot; 0 without one. */
  readonly snapshot_seq: number;
}

/** Events read at a time when a past state is computed. */
const PAGE = 500;

/**
 * Loads an actor; one without events is in its initial state.
 *
 * @throws {SynapseError} `event_unknown` if an event cannot be read by this program, `journal_corrupt`
 * if the events have a gap
 */
export async function loadActor(
  log: EventLog,
  behavior: AnyBehavior,
  address: Address,
): Promise<Loaded> {
  const stored = await log.load(address);
  if (!stored) {
    return { state: behavior.initial(address.id), seq: 0, hash: GENESIS, snapshot_seq: 0 };
  }
  const snapshot_seq = stored.snapshot?.seq ?? 0;
  const start = stored.snapshot ? stored.snapshot.state : behavior.initial(address.id);
  const { state, seq } = replay(behavior, { state: start, seq: snapshot_seq }, stored.tail);
  if (seq !== stored.seq) throw gap(seq + 1, `the end (${stored.seq})`);
  return { state, seq, hash: stored.hash, snapshot_seq };
}

/**
 * The state after event `target`, from the journal alone; null when there is no such event.
 *
 * @throws {SynapseError} as {@link loadActor} does
 */
export async function stateAt(
  log: EventLog,
  behavior: AnyBehavior,
  address: Address,
  target: number | null,
): Promise<LiveActor | null> {
  const stored = await log.load(address);
  const wanted = target ?? stored?.seq ?? 0;
  if (!stored || wanted < 1 || wanted > stored.seq) return null;
  const snapshot = stored.snapshot && stored.snapshot.seq <= wanted ? stored.snapshot : null;
  let at = {
    state: snapshot ? snapshot.state as unknown : behavior.initial(address.id),
    seq: snapshot?.seq ?? 0,
  };
  while (at.seq < wanted) {
    const page = await log.readEvents(address, at.seq, Math.min(PAGE, wanted - at.seq));
    if (page.length === 0) throw gap(at.seq + 1, "the end");
    at = replay(behavior, at, page);
  }
  const [event] = await log.readEvents(address, wanted - 1, 1);
  if (!event) throw gap(wanted, "the end");
  return { ...at, hash: event.hash };
}

function replay(
  behavior: AnyBehavior,
  from: { readonly state: unknown; readonly seq: number },
  events: readonly JournalEvent[],
): { state: unknown; seq: number } {
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
