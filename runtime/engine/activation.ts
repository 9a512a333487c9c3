/**
 * One live actor. Its phases, in order: load (snapshot, tail, owed effects) → step → commit → release
 * (answers, live events, effects) → step … until nothing waits; then it is idle and may be dropped.
 *
 * A1  One step at a time, and never a step on a state that is not committed.
 * A2  Answers and live events leave only after the commit.
 * A3  A command stays in the inbox until a commit handled it. The sender of a direct one may be told
 *     before that it was not done; every other one stands in the journal or is the end of an effect.
 * A4  After a commit whose outcome is unknown, or a throw, the state is loaded anew.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { invariant } from "../../actors/invariant.ts";
import { errorCode, errorMessage, SynapseError } from "../errors.ts";
import type { NewDeadLetter } from "../journal/directory_port.ts";
import { JournalUnavailable } from "../journal/port.ts";
import { type Attempt, tookPlace } from "./attempt.ts";
import { bury } from "./dead_letters.ts";
import { type Delivery, effectEnd, effectOf } from "./delivery.ts";
import { Effects } from "./effects.ts";
import { Feeder } from "./feeder.ts";
import { Inbox } from "./inbox.ts";
import { loadActor, type Loaded } from "./loading.ts";
import { release } from "./release.ts";
import { settleRepeats, withEarlierAnswers } from "./repeats.ts";
import type { ActorType, NodeServices } from "./services.ts";
import { isEmpty, type Step, step } from "./step.ts";
import { toCommit } from "./to_commit.ts";

/** Commands decided in one step. */
const STEP_COMMANDS = 64;

/** A live actor. */
export class Activation {
  readonly address: Address;
  readonly #type: ActorType;
  readonly #services: NodeServices;
  readonly #effects: Effects;
  readonly #inbox = new Inbox();
  readonly #feeder: Feeder;
  #actor: Loaded | null = null;
  /** The seq of the last event that was let out. */
  #seq = 0;
  /**
   * The last step that this activation tried to commit: what that owes, nobody else started. Until its
   * outcome is known, the step waits here to be let out.
   */
  #attempt: Attempt | null = null;
  /** In the commit under way: only its outcome says what to tell their senders. */
  #committing: ReadonlySet<Delivery> = new Set();
  #commitEnds = Promise.resolve();
  /** The right under which the state was loaded. */
  #lease = { partition: -1, epoch: -1 };
  #run: Promise<void> | null = null;
  /** Set when it takes nothing more. */
  #gone: { readonly reason: unknown } | null = null;
  #lastThrow = "it ended the process before";
  /** Since when nothing happened, in monotonic milliseconds. */
  idle_since: number;

  constructor(address: Address, type: ActorType, services: NodeServices) {
    this.address = address;
    this.#type = type;
    this.#services = services;
    this.idle_since = services.clock.monotonic();
    this.#feeder = new Feeder({ ...services, address, inbox: this.#inbox });
    this.#effects = new Effects({
      address,
      handlers: services.handlers,
      live: services.live,
      clock: services.clock,
      limit: services.effect_limit,
      isSure: () => this.#isSure(),
      seq: () => this.#seq,
      deliver: ({ id }, command) =>
        this.deliver(effectEnd(id, command, services.clock.monotonic())),
      onDefect: (error) => void this.#giveUp(error),
    });
  }

  /** How many commands wait. */
  get waiting(): number {
    return this.#inbox.size;
  }

  /** Whether a `once` effect is under way, which must not outlast the right to the actor. */
  get risks(): boolean {
    return this.#effects.risks;
  }

  /** Whether it is at its commands: then it looks for more by itself. */
  get working(): boolean {
    return this.#run !== null || this.#inbox.size > 0;
  }

  /** Whether it may be dropped. */
  get idle(): boolean {
    return !this.#gone && !this.working && this.#effects.size === 0;
  }

  /** Takes a command. */
  deliver(delivery: Delivery): void {
    if (this.#gone) {
      return delivery.fail(
        new SynapseError("draining", "Actor is being dropped; send the command again"),
      );
    }
    this.#inbox.add(delivery);
    this.wake();
  }

  /** Has it look into its durable mailbox. */
  feed(): void {
    this.#feeder.note();
    this.wake();
  }

  /** Loads it if need be, resumes what it owes, and works off what waits. */
  wake(): void {
    this.#run ??= this.#work().finally(() => {
      this.#run = null;
      this.idle_since = this.#services.clock.monotonic();
      // Something may have come between the last look and this moment, or been left undone by a commit.
      if (this.#gone) this.#inbox.failAll(this.#gone.reason);
      else if (this.#inbox.size > 0 || this.#feeder.due) this.wake();
    });
  }

  /** Finishes the step under way, then drops it. */
  async stop(error: unknown): Promise<void> {
    this.#gone = { reason: error };
    while (this.#run) await this.#run;
    await this.drop(error);
  }

  /** Drops it at once: stops its effects, and tells the senders of what waits. */
  async drop(error: unknown): Promise<void> {
    this.#gone = { reason: error };
    this.#inbox.failAll(error, this.#committing);
    await Promise.all([this.#effects.stop(), this.#commitEnds]);
    // Not before: the next activation of this actor must not meet effects of this one, nor load a state
    // that a commit of this one is about to change.
    this.#services.evict(this);
  }

  async #work(): Promise<void> {
    while (!this.#gone) {
      try {
        const actor = await this.#load();
        if (!this.#gone) await this.#feeder.feed();
        if (this.#inbox.size === 0) return;
        await this.#advance(actor);
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  async #load(): Promise<Loaded> {
    if (this.#actor) return this.#actor;
    const { behavior } = this.#type;
    // Before the state is read: whatever is decided on it is committed under this epoch or not at all.
    this.#lease = this.#services.hold(this.address);
    const actor = await loadActor(this.#services.journal, behavior, this.address);
    const own = tookPlace(this.#attempt, actor);
    // A commit of unknown outcome took place after all: what it lets out is late, not lost.
    if (own) this.#letOut();
    this.#feeder.loaded(actor.waiting);
    this.#actor = actor;
    this.#seq = actor.seq;
    const owed = behavior.pending(actor.state);
    if (!this.#gone) this.#effects.reconcile(owed, !own);
    this.#inbox.keepEnds(owed);
    return actor;
  }

  async #advance(actor: Loaded): Promise<void> {
    const { clock, limits, entropy } = this.#services;
    const { behavior, limits: behaviorLimits } = this.#type;
    const taken = this.#inbox.first(STEP_COMMANDS);
    const first = taken[0];
    invariant(first, "A5 a step has a command");
    if (first.attempts >= limits.command_attempts) {
      const burial = bury(actor, first, entropy.id("dl"), this.#lastThrow);
      await this.#commit(actor, burial.step, [burial.dead]);
      if (first.origin === "effect") this.#effects.refuse(effectOf(first), burial.error);
      return;
    }
    const context = { address: this.address, behavior, limits: behaviorLimits, now: clock.now() };
    const next = step(actor, taken, context);
    await this.#commit(actor, next, []);
    if (next.poison) this.#noteThrow(next.poison.delivery, next.poison.error);
  }

  async #commit(actor: Loaded, next: Step, dead: readonly NewDeadLetter[]): Promise<void> {
    this.#committing = new Set(next.answers.map(({ delivery }) => delivery));
    const tried = this.#tryCommit(actor, next, dead).finally(() => this.#committing = new Set());
    this.#commitEnds = tried.catch(() => {});
    await tried;
  }

  async #tryCommit(actor: Loaded, next: Step, dead: readonly NewDeadLetter[]): Promise<void> {
    const { journal, group, clock, log, metrics } = this.#services;
    const { behavior, outgoing } = this.#type;
    const answers = await withEarlierAnswers(journal, this.address, next.answers);
    this.#attempt = { before: actor.state, step: { ...next, answers }, out: false };
    if (isEmpty(next) && dead.length === 0) {
      return this.#isSure() ? this.#letOut() : this.#disown(answers);
    }
    // A step without events changes no state, and must not fail on one that is broken.
    const owed = next.events.length > 0 ? behavior.pending(next.after.state) : [];
    const part = toCommit(this.#services, next, {
      address: this.address,
      lease: this.#lease,
      behavior,
      before: actor,
      owed: owed.length > 0,
      outgoing,
      dead,
      now: next.events.at(-1)?.at ?? clock.now(),
    });
    const outcome = await group.commit(part);
    if (outcome === "duplicate") {
      const repeats = await settleRepeats(journal, this.address, next.answers);
      return repeats.forEach((delivery) => this.#inbox.delete(delivery));
    }
    if (outcome !== "committed") {
      if (outcome === "fenced") this.#services.fenced(part);
      else {
        metrics.errorsTotal.inc({ kind: outcome });
        log.warn({ actor: this.address.id, seq: actor.seq }, "Journal has this actor otherwise");
      }
      throw elsewhere(outcome);
    }
    const snapshot_seq = part.snapshot === null ? actor.snapshot_seq : next.after.seq;
    this.#actor = { ...next.after, snapshot_seq };
    this.#letOut();
    if (next.events.length > 0 && !this.#gone) this.#effects.reconcile(owed, false); // E1
  }

  /** Nothing was written, and another node may know better: the answers are not this one's to give. */
  #disown(answers: Step["answers"]): void {
    for (const { delivery } of answers) {
      this.#inbox.fail(delivery, elsewhere("its lease may be over"));
    }
  }

  /** After the commit (A2), and once. */
  #letOut(): void {
    if (!this.#attempt || this.#attempt.out) return;
    const { before, step } = this.#attempt;
    this.#attempt = { ...this.#attempt, out: true };
    this.#seq = step.after.seq;
    for (const { delivery } of step.answers) this.#inbox.delete(delivery);
    release(this.#services, this.address, before, step);
  }

  /** Whether it is certain that no other node had the actor since it was loaded. */
  #isSure(): boolean {
    const { hold, isSure } = this.#services;
    return hold(this.address).epoch === this.#lease.epoch && isSure(this.address);
  }

  #noteThrow(delivery: Delivery, error: unknown): void {
    const { log, metrics } = this.#services;
    delivery.attempts += 1;
    this.#actor = null; // A4
    this.#lastThrow = errorMessage(error);
    metrics.errorsTotal.inc({ kind: "command_threw" });
    const { id: command, attempts: attempt } = delivery;
    log.error({ actor: this.address.id, command, attempt, err: error }, "Actor threw on a command");
  }

  /** While the journal is away, what is done waits (A3). Anything else ends this activation. */
  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof JournalUnavailable)) return await this.#giveUp(error);
    const { health } = this.#services;
    if (!error.rolled_back) this.#actor = null; // A4
    this.#inbox.failDirect(error);
    health.note(error);
    await health.recovered();
  }

  async #giveUp(error: unknown): Promise<void> {
    const { log, metrics, park } = this.#services;
    // That a partition is another node's is said once, for all of its actors.
    if (errorCode(error) !== "fenced") {
      metrics.errorsTotal.inc({ kind: errorCode(error) });
      log.error({ actor: this.address.id, err: error }, "Actor was dropped");
    }
    // Only an upgrade or a person can help: waking it again and again cannot.
    if (error instanceof SynapseError && error.reaction === "pause") park(this.address);
    await this.drop(error);
  }
}

function elsewhere(why: string): SynapseError {
  return new SynapseError("fenced", `Another node has this actor (${why}); send the command again`);
}
