/**
 * A node for the edge's tests: the real session actor over a journal in memory. Nothing carries out
 * effects; a test says how they end by submitting the commands that their handlers would.
 *
 * @module
 */
import { type Address, isRejection, type Json } from "../../actors/behavior.ts";
import { session } from "../../actors/session/behavior.ts";
import type { SessionState } from "../../actors/session/state.ts";
import type { Answer, Engine, Inspected, SubmitOptions } from "../engine/port.ts";
import { SynapseError } from "../errors.ts";
import type { DeadLetter, Page, Question, StoredAgent } from "../journal/directory_port.ts";
import { createNodesInMemory } from "../journal/nodes_in_memory.ts";
import type { NodeRecord } from "../journal/nodes_port.ts";
import type { JournalEvent } from "../journal/port.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { ManualClock } from "../manual_clock.ts";
import {
  compareCursors,
  type Cursor,
  type LiveEntry,
  type LiveEvents,
  type Watch,
} from "../streams/port.ts";
import type { EdgeDeps } from "./deps.ts";

/** The tenant of every test. */
export const TENANT = "default";

/** The address of a session. */
export function at(id: string): Address {
  return { tenant: TENANT, type: "session", id };
}

interface Actor {
  state: SessionState;
  readonly states: SessionState[];
  readonly events: JournalEvent[];
  readonly handled: Map<string, { digest: string; reply: Json }>;
}

/** Live entries: all pieces are kept, and no events, as in the streams of one process. */
export class FakeLive implements LiveEvents {
  /** Entries whose cursor comes before this one are forgotten. */
  keptFrom: Cursor = { seq: 0, n: 0 };
  /** While it is so, what is published is lost; watches learn that something may be missing. */
  losing = false;
  #losses = 0;
  readonly #entries = new Map<string, LiveEntry[]>();
  readonly #wakes = new Set<() => void>();

  /** How many watches are open. */
  open = 0;
  readonly closed = false;

  publish(address: Address, entries: readonly LiveEntry[]): void {
    if (this.losing) this.#losses += 1;
    else this.#of(address).push(...entries);
    for (const wake of this.#wakes) wake();
  }

  watch(address: Address, after: Cursor): Promise<Watch> {
    const entries = this.#of(address);
    let read = entries.length;
    let losses = this.#losses;
    this.open += 1;
    return Promise.resolve({
      kept: entries.filter(({ cursor, kind }) =>
        kind !== "event" && compareCursors(cursor, after) > 0 &&
        compareCursors(cursor, this.keptFrom) >= 0
      ),
      next: async (signal) => {
        const idle = () => read === entries.length && losses === this.#losses;
        while (idle() && !signal.aborted) await this.#publication(signal);
        if (idle()) return null;
        const fresh = entries.slice(read);
        read = entries.length;
        if (fresh.length === 0) losses = this.#losses;
        return fresh;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(void (this.open -= 1)),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #of({ id }: Address): LiveEntry[] {
    const entries = this.#entries.get(id) ?? [];
    this.#entries.set(id, entries);
    return entries;
  }

  async #publication(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakes.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#wakes.delete(resolve);
  }
}

/** Engine and journal in one. */
export class FakeNode implements Engine {
  readonly live = new FakeLive();
  readonly clock = new ManualClock();
  readonly actors = new Map<string, Actor>();
  readonly asked = new Map<string, Question>();
  readonly stored: StoredAgent[] = [];
  readonly letters: DeadLetter[] = [];
  readonly members = new Map<string, NodeRecord>();
  /** What the engine was told to look after. */
  readonly notified: Address[] = [];
  /** Thrown by the next submit. */
  failure: Error | null = null;

  async submit(address: Address, command: unknown, options: SubmitOptions = {}): Promise<Answer> {
    await this.clock.yield();
    if (this.failure) throw this.failure;
    const actor = this.#actor(address.id);
    const known = options.id === undefined ? undefined : actor.handled.get(options.id);
    if (known && known.digest !== options.digest) {
      throw new SynapseError("idempotency_key_reused", "The key was used for another request");
    }
    if (known) return { reply: known.reply, repeated: true };
    const cause = options.id ?? `cmd_${actor.events.length}`;
    const outcome = session.decide(actor.state, session.parseCommand(command), {
      now: this.clock.now(),
      seq: actor.events.length,
      id: address.id,
      limits: { ...DEFAULT_LIMITS, require_approval_for_risk: 3 },
      cause,
    });
    if (isRejection(outcome)) return outcome;
    const before = actor.events.length;
    for (const event of outcome.events) this.#append(address, actor, event, cause);
    const reply = outcome.reply ?? null;
    if (options.id) actor.handled.set(options.id, { digest: options.digest ?? "", reply });
    this.live.publish(
      address,
      actor.events.slice(before).map((event) => ({
        kind: "event",
        cursor: { seq: event.seq, n: 0 },
        event,
      })),
    );
    return { reply, repeated: false };
  }

  #append(
    address: Address,
    actor: Actor,
    event: ReturnType<typeof session.parseEvent>,
    cause: string,
  ): void {
    const now = this.clock.now();
    const seq = actor.events.length + 1;
    actor.state = session.evolve(actor.state, event, now, seq);
    actor.states.push(actor.state);
    const { type, v } = event;
    const payload: Json = JSON.parse(JSON.stringify(event.payload));
    actor.events.push({ seq, type, v, payload, cause, at: now, hash: `hash_${seq}` });
    for (const change of session.questions(event)) {
      const known = this.asked.get(change.id);
      if (change.op === "ask") {
        this.asked.set(change.id, {
          id: change.id,
          address,
          kind: change.kind,
          details: change.details,
          status: "pending",
          outcome: null,
          asked_at: now,
          settled_at: null,
        });
      } else if (known) {
        const { outcome: status, details: outcome } = change;
        this.asked.set(change.id, { ...known, status, outcome, settled_at: now });
      }
    }
  }

  inspect({ id }: Address, seq: number | null): Promise<Inspected | null> {
    const states = this.actors.get(id)?.states ?? [];
    const wanted = seq ?? states.length;
    const state = states[wanted - 1];
    return Promise.resolve(state ? { seq: wanted, hash: `hash_${wanted}`, state } : null);
  }

  notify(address: Address): void {
    this.notified.push(address);
  }

  trouble(): string | null {
    return null;
  }

  /** The journal's side. */
  readonly journal: EdgeDeps["journal"] = {
    find: async ({ id }) => {
      await this.clock.yield();
      const actor = this.actors.get(id);
      if (!actor || actor.events.length === 0) return null;
      return {
        address: at(id),
        seq: actor.events.length,
        summary: session.summary(actor.state),
        created_at: actor.events[0]?.at ?? 0,
        updated_at: actor.events.at(-1)?.at ?? 0,
        bytes: JSON.stringify(actor.events).length,
      };
    },
    list: async (_tenant, filter, { cursor, limit }) => {
      const found = await Promise.all(
        [...this.actors.keys()].map((id) => this.journal.find(at(id))),
      );
      const records = found.filter((record) => record !== null)
        .filter(({ summary }) => filter.status === null || summary.status === filter.status)
        .filter(({ summary }) => filter.label === null || summary.label === filter.label);
      return page(records, cursor, limit);
    },
    owed: () => Promise.resolve({ items: [], next: null }),
    question: (tenant, id) =>
      Promise.resolve(tenant === TENANT ? this.asked.get(id) ?? null : null),
    questions: (_tenant, status, { cursor, limit }) => {
      const wanted = [...this.asked.values()].filter((q) => status === null || q.status === status);
      return Promise.resolve(page(wanted, cursor, limit));
    },
    load: () => Promise.resolve(null),
    readEvents: async ({ id }, after, limit) => {
      await this.clock.yield();
      return (this.actors.get(id)?.events ?? []).slice(after, after + limit);
    },
    deadLetters: (_tenant, { cursor, limit }) => Promise.resolve(page(this.letters, cursor, limit)),
    retryDeadLetter: (_tenant, id) =>
      Promise.resolve(this.letters.find((letter) => letter.id === id) ?? null),
    putAgent: (_tenant, name, spec) => {
      const version = this.stored.filter((agent) => agent.name === name).length + 1;
      const stored = { name, version, spec, created_at: this.clock.now() };
      this.stored.push(stored);
      return Promise.resolve(stored);
    },
    agent: (_tenant, name) =>
      Promise.resolve(this.stored.findLast((agent) => agent.name === name) ?? null),
    agents: () => Promise.resolve(this.stored),
    ...createNodesInMemory(() => this.clock.now(), this.members),
  };

  #actor(id: string): Actor {
    const actor = this.actors.get(id) ??
      { state: session.initial(id), states: [], events: [], handled: new Map() };
    this.actors.set(id, actor);
    return actor;
  }
}

function page<Item>(items: readonly Item[], cursor: string | null, limit: number): Page<Item> {
  const start = Number(cursor ?? 0);
  const end = start + limit;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : null };
}
