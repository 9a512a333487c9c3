/**
 * Hands on to other systems what the outbox holds, and forgets it then. A crash in between hands it on
 * again, which the egress sees by its position.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { Doorbell } from "../doorbell.ts";
import { SynapseError } from "../errors.ts";
import type { Outbox, Outgoing } from "../journal/port.ts";
import type { Egress } from "../streams/port.ts";

/** Commits handed on at a time. */
const BATCH = 500;

/** The least time between two looks, in milliseconds: so that a look finds more than one commit. */
const PACE_MS = 20;

/** The longest time between two looks, in milliseconds: what a node before this one left is found, too. */
const LOOK_MS_MAX = 3000;

/** When it is tried again after trouble, in milliseconds. */
const RETRY_MS = 1000;

/** What the pump needs. */
export interface OutboxPumpOptions {
  readonly outbox: Outbox;
  readonly egress: Egress;
  readonly clock: Clock;
  /** The partitions that this node works on. */
  readonly partitions: () => readonly number[];
  /** Hears of what goes wrong with the journal. */
  readonly onError: (error: unknown) => void;
}

/** The pump of one node. */
export class OutboxPump {
  readonly #options: OutboxPumpOptions;
  readonly #bell = new Doorbell();

  constructor(options: OutboxPumpOptions) {
    this.#options = options;
  }

  /** Hears that there may be something to hand on. */
  wake(): void {
    this.#bell.ring();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      this.#bell.hear();
      const done = await this.#pump();
      if (done === "nothing") await this.#bell.wait(clock, LOOK_MS_MAX, signal);
      await clock.sleep(done === "failed" ? RETRY_MS : PACE_MS, signal);
    }
  }

  async #pump(): Promise<"some" | "nothing" | "failed"> {
    const { outbox, egress, partitions, onError } = this.#options;
    try {
      const owned = partitions();
      const outgoing = owned.length > 0 ? await outbox.outgoing(owned, BATCH) : [];
      if (outgoing.length === 0) return "nothing";
      await egress.deliver(outgoing);
      await outbox.delivered(lastOfEach(outgoing));
      return "some";
    } catch (error) {
      // The streams say themselves that they are away.
      const known = error instanceof SynapseError && error.code === "streams_unavailable";
      if (!known) onError(error);
      return "failed";
    }
  }
}

/** The last position of each partition. */
function lastOfEach(outgoing: readonly Outgoing[]): { partition: number; position: number }[] {
  const last = new Map(outgoing.map(({ partition, position }) => [partition, position]));
  return Array.from(last, ([partition, position]) => ({ partition, position }));
}
