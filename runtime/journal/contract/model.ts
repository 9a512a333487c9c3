/**
 * A journal in plain data structures, as simple as can be: what the generated sequences compare with.
 * It keeps what the port's words say, and nothing of how a store does it.
 *
 * @module
 */
import type { Address, Json } from "../../../actors/behavior.ts";
import type { ActorRecord, DeadLetter, Question } from "../directory_port.ts";
import type {
  ActorCommit,
  CommitOutcome,
  DueTimer,
  HandledMark,
  JournalEvent,
  LoadedActor,
  MailboxRow,
  NewMailboxRow,
  PostedRow,
} from "../port.ts";
import { keyOf } from "./subject.ts";

interface ModelActor {
  record: ActorRecord;
  events: JournalEvent[];
  snapshot: LoadedActor["snapshot"];
  owed: boolean;
  readonly partition: number;
}

interface ModelCommand {
  row: NewMailboxRow;
  readonly request_id: string | null;
  attempts: number;
  mark: HandledMark | null;
  handled_at: number;
}

/** The whole store, in lists in the order in which things came. */
export class ModelJournal {
  readonly #actors: ModelActor[] = [];
  readonly #commands: ModelCommand[] = [];
  #timers: (DueTimer & { partition: number })[] = [];
  readonly #questions: Question[] = [];
  readonly #letters: (DeadLetter & { partition: number })[] = [];

  /** @param epoch the one that all partitions have */
  constructor(readonly epoch: number) {}

  commit(batch: readonly ActorCommit[]): CommitOutcome[] {
    return batch.map((part) => this.#commit(part));
  }

  accept(rows: readonly PostedRow[]): string[] {
    return rows.map((row) => {
      const { request_id } = row;
      const known = this.#command(row.address, row.id);
      const same = request_id !== null && known?.request_id === request_id;
      if (known?.mark?.refused && !same) this.#commands.splice(this.#commands.indexOf(known), 1);
      return this.#put(row, request_id) ? "accepted" : "duplicate";
    });
  }

  take(address: Address, limit: number, except: readonly string[]): MailboxRow[] {
    const found = this.#waiting().filter(({ row }) =>
      keyOf(row.address) === keyOf(address) && !except.includes(row.id)
    ).slice(0, limit);
    // One that was begun before comes alone.
    return found.slice(0, found[0]?.attempts ? 1 : limit).map((command) => {
      const { id, command: body, sender } = command.row;
      return { address, id, command: body, sender, attempts: ++command.attempts };
    });
  }

  backlog(partitions: readonly number[]): string[] {
    const found = this.#waiting().filter(({ row }) => partitions.includes(row.partition));
    return [...new Set(found.map(({ row }) => keyOf(row.address)))].sort();
  }

  handled(address: Address, id: string): HandledMark | null {
    return this.#command(address, id)?.mark ?? null;
  }

  load(address: Address): LoadedActor | null {
    const actor = this.#actor(address);
    if (!actor) return null;
    const { events, snapshot } = actor;
    const after = snapshot?.seq ?? 0;
    const last = events.at(-1)!;
    const waiting =
      this.#waiting().filter(({ row }) => keyOf(row.address) === keyOf(address)).length;
    return { seq: last.seq, hash: last.hash, snapshot, tail: events.slice(after), waiting };
  }

  find(address: Address): ActorRecord | null {
    return this.#actor(address)?.record ?? null;
  }

  list(tenant: string, status: string | null): ActorRecord[] {
    return this.#actors.map(({ record }) => record).filter(({ address, summary }) =>
      address.tenant === tenant && (status === null || summary.status === status)
    ).reverse();
  }

  owed(partitions: readonly number[]): string[] {
    const found = this.#actors.filter((actor) =>
      actor.owed && partitions.includes(actor.partition)
    );
    return found.map(({ record }) => keyOf(record.address)).sort();
  }

  dueTimers(partitions: readonly number[], now: number): DueTimer[] {
    return this.#timers.filter(({ at, partition }) => at <= now && partitions.includes(partition))
      .map(({ partition: _, ...timer }) => timer);
  }

  questions(tenant: string, status: string | null): Question[] {
    return this.#questions.filter((question) =>
      question.address.tenant === tenant && (status === null || question.status === status)
    );
  }

  deadLetters(tenant: string): DeadLetter[] {
    return this.#letters.filter(({ address }) => address.tenant === tenant)
      .map(({ partition: _, ...letter }) => letter);
  }

  retryDeadLetter(tenant: string, id: string): DeadLetter | null {
    const i = this.#letters.findIndex((one) => one.address.tenant === tenant && one.id === id);
    const letter = this.#letters[i];
    if (!letter) return null;
    const retried = { ...letter, status: "retried" as const };
    if (letter.status === "open") {
      const { address, command, sender, partition } = letter;
      this.#put({ address, id, command, sender, partition, digest: "" });
      this.#letters[i] = retried;
    }
    const { partition: _, ...answer } = retried;
    return answer;
  }

  purge(before: number): void {
    const left = this.#commands.filter(({ mark, handled_at }) => !mark || handled_at >= before);
    this.#commands.splice(0, Infinity, ...left);
    // A retried letter goes with its command.
    const letters = this.#letters.filter(({ status, address, id }) =>
      status === "open" ||
      left.some(({ row }) => row.id === id && keyOf(row.address) === keyOf(address))
    );
    this.#letters.splice(0, Infinity, ...letters);
  }

  #commit(part: ActorCommit): CommitOutcome {
    const { address, timers, partition, at } = part;
    if (part.epoch !== this.epoch) return "fenced";
    const actor = this.#actor(address);
    if ((actor?.record.seq ?? 0) !== part.expected_seq) return "conflict";
    if (actor && actor.events.at(-1)?.hash !== part.expected_hash) return "conflict";
    const done = (id: string) => this.handled(address, id)?.refused === false;
    if (part.handled.some(({ id }) => done(id))) return "duplicate";
    const stands = (name: string, at: number) =>
      this.#timers.some((timer) => this.#isTimer(timer, address, name) && timer.at === at);
    if (timers.some((timer) => timer.op === "fired" && !stands(timer.name, timer.at))) {
      return "duplicate";
    }
    this.#writeEvents(part);
    for (const mark of part.handled) this.#mark(part, mark);
    for (const row of part.sends) this.#put(row);
    for (const timer of timers) {
      this.#timers = this.#timers.filter((one) =>
        !this.#isTimer(one, address, timer.name) || (timer.op === "fired" && one.at !== timer.at)
      );
      if (timer.op !== "set") continue;
      const { name, at, command } = timer;
      this.#timers.push({ address, name, at, command, partition });
    }
    this.#writeQuestions(part);
    for (const dead of part.dead) {
      this.#letters.push({ ...dead, address, at, status: "open", partition });
    }
    return "committed";
  }

  #writeEvents({ address, events, summary, owed, snapshot, at, partition }: ActorCommit): void {
    const last = events.at(-1);
    if (!last) return;
    const known = this.#actor(address);
    const bytes = events.reduce((n, event) => n + new TextEncoder().encode(event.text).length, 0);
    const record: ActorRecord = {
      address,
      seq: last.seq,
      summary,
      created_at: known?.record.created_at ?? at,
      updated_at: at,
      bytes: (known?.record.bytes ?? 0) + bytes,
    };
    const actor = known ?? { record, events: [], snapshot: null, owed, partition };
    if (!known) this.#actors.push(actor);
    actor.record = record;
    actor.owed = owed;
    actor.events.push(...events.map(({ text: _, ...event }) => event));
    if (snapshot) {
      const state = JSON.parse(snapshot.state) as Json;
      actor.snapshot = { seq: last.seq, version: snapshot.version, state };
    }
  }

  #writeQuestions({ address, questions, at }: ActorCommit): void {
    for (const change of questions) {
      const { id, details } = change;
      if (change.op === "ask") {
        const { kind } = change;
        const open = { status: "pending", outcome: null, asked_at: at, settled_at: null };
        this.#questions.push({ id, address, kind, details, ...open });
        continue;
      }
      const i = this.#questions.findIndex((one) =>
        one.id === id && one.address.tenant === address.tenant
      );
      const asked = this.#questions[i];
      if (asked) {
        this.#questions[i] = { ...asked, status: change.outcome, outcome: details, settled_at: at };
      }
    }
  }

  /** Puts a command into a mailbox that does not know its id. Returns whether it did. */
  #put(row: NewMailboxRow, request_id: string | null = null): boolean {
    if (this.#command(row.address, row.id)) return false;
    this.#commands.push({ row, request_id, attempts: 0, mark: null, handled_at: 0 });
    return true;
  }

  #mark({ address, partition, at }: ActorCommit, mark: HandledMark): void {
    const known = this.#command(address, mark.id);
    if (!known) {
      const row = { address, id: mark.id, partition, command: null, sender: "", digest: "" };
      this.#commands.push({ row, request_id: null, attempts: 1, mark, handled_at: at });
      return;
    }
    // What was accepted under that id keeps the digest that it was accepted with.
    known.mark = known.mark?.refused ? mark : { ...mark, digest: known.row.digest };
    known.handled_at = at;
  }

  #isTimer(timer: DueTimer, address: Address, name: string): boolean {
    return timer.name === name && keyOf(timer.address) === keyOf(address);
  }

  #waiting(): ModelCommand[] {
    return this.#commands.filter(({ mark }) => mark === null);
  }

  #command(address: Address, id: string): ModelCommand | undefined {
    return this.#commands.find(({ row }) => keyOf(row.address) === keyOf(address) && row.id === id);
  }

  #actor(address: Address): ModelActor | undefined {
    return this.#actors.find(({ record }) => keyOf(record.address) === keyOf(address));
  }
}
