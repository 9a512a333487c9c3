/**
 * The streams between nodes, as if by one Redis: notices and answers are late, doubled or lost, and all
 * of them are lost while it is away. Nobody watches a live stream here; what is published is kept for
 * the checks.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { InvariantBroken } from "../../actors/invariant.ts";
import { SynapseError } from "../errors.ts";
import type { JournalEvent, Outgoing } from "../journal/port.ts";
import type { HandledCommand, Notice, Streams } from "../streams/port.ts";
import type { Weather } from "./faults.ts";
import type { Process } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** A durable event that somebody could have seen, how many commits there were then, and when that was. */
export interface Shown {
  readonly address: Address;
  readonly event: JournalEvent;
  readonly commits: number;
  readonly at: number;
}

/** Events of one commit that other systems were given. */
export type HandedOn = Pick<Outgoing, "address" | "events">;

interface Subscription {
  readonly process: Process;
  owned: ReadonlySet<number>;
  readonly handler: (notice: Notice) => void;
}

interface Listener {
  readonly process: Process;
  readonly handler: (handled: HandledCommand) => void;
}

/** What the virtual Redis needs. */
export interface VirtualRedisOptions {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  /** How many parts were committed so far. */
  readonly commits: () => number;
}

/** What carries notices and answers between all nodes. */
export class VirtualRedis {
  /** Whether it is away. What is on its way then is gone. */
  away = false;
  readonly shown: Shown[] = [];
  /** What other systems were given, in order. */
  readonly handedOn: HandedOn[] = [];
  /** Up to which position, of each partition. */
  readonly #handedOn = new Map<number, number>();
  readonly #options: VirtualRedisOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #listeners = new Map<string, Listener>();

  constructor(options: VirtualRedisOptions) {
    this.#options = options;
  }

  /** The streams of one process. */
  connect(process: Process): Streams {
    const show = (address: Address, events: readonly JournalEvent[]) => {
      const { scheduler, commits } = this.#options;
      const then = { commits: commits(), at: scheduler.now };
      for (const event of events) this.shown.push({ address, event, ...then });
    };
    return {
      live: {
        publish: (address, entries) => {
          if (!process.gate("publish")) return;
          show(address, entries.flatMap((entry) => entry.kind === "event" ? [entry.event] : []));
        },
        watch: () => Promise.reject(new InvariantBroken("V1 nobody watches in a simulation")),
        closed: false,
        close: () => Promise.resolve(),
      },
      egress: { deliver: (outgoing) => this.#deliver(process, outgoing) },
      mailboxes: {
        announce: (notices) => {
          for (const notice of notices) this.#announce(process, notice);
        },
        subscribe: (handler) => {
          const subscription: Subscription = { process, owned: new Set(), handler };
          this.#subscriptions.add(subscription);
          return {
            own: (partitions) => void (subscription.owned = new Set(partitions)),
            end: () => void this.#subscriptions.delete(subscription),
          };
        },
      },
      answers: {
        send: (node, handled) => {
          for (const one of handled) this.#answer(process, node, one);
        },
        listen: (node, handler) => {
          const listener = { process, handler };
          this.#listeners.set(node, listener);
          return () => {
            if (this.#listeners.get(node) === listener) this.#listeners.delete(node);
          };
        },
      },
      carries: () => !this.away,
      trouble: () => this.away ? "Redis cannot be reached" : null,
      carrier: "a simulated Redis",
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  /** Like the journal, it may take what it is given and not be able to say so. */
  #deliver(process: Process, outgoing: readonly Outgoing[]): Promise<void> {
    const { weather } = this.#options;
    return process.call("deliver", weather.journey(), async () => {
      if (this.away) throw new SynapseError("streams_unavailable", "Redis is away");
      for (const { partition, position, address, events } of outgoing) {
        if ((this.#handedOn.get(partition) ?? 0) >= position) continue;
        this.#handedOn.set(partition, position);
        this.handedOn.push({ address, events });
      }
    });
  }

  #announce(process: Process, notice: Notice): void {
    this.#carry(process, "announce", () => {
      for (const { owned, process, handler } of this.#subscriptions) {
        if (owned.has(notice.partition)) process.later(0, () => handler(notice));
      }
    });
  }

  #answer(process: Process, node: string, handled: HandledCommand): void {
    this.#carry(process, "answer", () => {
      const listener = this.#listeners.get(node);
      listener?.process.later(0, () => listener.handler(handled));
    });
  }

  /** Has each copy of a message arrive in its time, unless Redis is away by then. */
  #carry(process: Process, what: string, arrive: () => void): void {
    const { scheduler, weather } = this.#options;
    if (!process.gate(what) || this.away) return;
    for (const ms of weather.notice()) {
      scheduler.after(ms, null, () => {
        if (!this.away) arrive();
      });
    }
  }
}
