/**
 * Commands that others add to the stream `synapse:ingress`, brought to their sessions.
 *
 * - I1 One node reads at a time; what a node before it had read and not finished comes first, and a
 *   command is posted only when the one before it in its session is stored. So the order in the stream
 *   is, for each session, the order in which commands are stored.
 * - I2 An entry leaves the stream only when its command is answered, or when it lies on the dead stream.
 * - I3 An entry that is not finished is delivered again; its id makes that harmless.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { PostedCommand, Poster } from "../../engine/port.ts";
import { errorCode, errorMessage } from "../../errors.ts";
import type { Limits } from "../../limits.ts";
import type { Logger, Metrics } from "../../telemetry/port.ts";
import { isMissingGroup } from "./consumer_group.ts";
import { Doorbell } from "../../doorbell.ts";
import type { StreamEntry } from "./entries.ts";
import { type Delivered, IngressDelivery, RETRY_MS, RETRY_MS_MAX } from "./ingress_delivery.ts";
import { ingressCommand } from "./ingress_entry.ts";
import { IngressReader, isFenced } from "./ingress_reader.ts";
import type { RedisKeys } from "./keys.ts";
import type { Link } from "./link.ts";
import type { Reads } from "./reads.ts";

/** Entries read and not finished; at more, reading waits. */
const OPEN_MAX = 1000;

/** Entries kept on the dead stream. */
const DEAD_ENTRIES = 100_000;

/** Milliseconds that a reader leaves another in peace that took its place. */
const FENCED_MS = 1000;

/** Milliseconds after which entries that were stored and not answered in time are posted again. */
const LATER_MS = 5000;

/** What the ingress needs. */
export interface RedisIngressOptions {
  readonly link: Link;
  /** Opens the reader of one run. */
  readonly openReads: () => Reads;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "errorsTotal">;
  readonly limits: Pick<Limits, "message_bytes" | "request_bytes">;
  /** The consumer's name. */
  readonly node: string;
}

/** One run: from when the node may read until it may no longer. */
export class IngressRun {
  readonly #options: RedisIngressOptions;
  readonly #signal: AbortSignal;
  readonly #reads: Reads;
  readonly #reader: IngressReader;
  readonly #delivery: IngressDelivery;
  readonly #bell = new Doorbell();
  /** Entries that are not finished, by their id in the stream. */
  readonly #open = new Map<string, Promise<void>>();
  /** When those that are left for later are due, in monotonic milliseconds. */
  #later_at: number | null = null;

  constructor(options: RedisIngressOptions, engine: Poster, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#reads = options.openReads();
    this.#reader = new IngressReader({ ...options, reads: this.#reads });
    this.#delivery = new IngressDelivery({ engine, clock: options.clock, signal });
  }

  /** Reads until the signal aborts. Never rejects. */
  async run(): Promise<void> {
    const signal = this.#signal;
    const wake = () => this.#reads.wake();
    signal.addEventListener("abort", wake, { once: true });
    // Begins as after a failure: with what others left.
    let failures = 1;
    while (!signal.aborted) {
      try {
        // What was read before comes first, also what a lost reply had given this reader: I1.
        if (failures > 0 || this.#isDue()) {
          this.#later_at = null;
          await this.#takeAll(await this.#reader.begin());
        }
        await this.#takeAll(await this.#reader.read());
        failures = 0;
      } catch (error) {
        failures++;
        if (!signal.aborted) await this.#recover(error, failures);
      }
    }
    signal.removeEventListener("abort", wake);
    await this.#reads.close();
  }

  /** Waits until it is worth trying again. */
  async #recover(error: unknown, failures: number): Promise<void> {
    const { clock, link } = this.#options;
    if (isFenced(error)) return await clock.sleep(FENCED_MS, this.#signal);
    // Redis lost its data, and has it that the group is made anew.
    if (isMissingGroup(error) && failures === 1) return;
    link.refused("XREADGROUP", error);
    await clock.sleep(Math.min(RETRY_MS * 2 ** failures, RETRY_MS_MAX), this.#signal);
  }

  #isDue(): boolean {
    return this.#later_at !== null && this.#options.clock.monotonic() >= this.#later_at;
  }

  /** Begins to deliver those that are not being delivered, in order. */
  async #takeAll(entries: readonly StreamEntry[]): Promise<void> {
    const { clock } = this.#options;
    for (const entry of entries) {
      while (this.#open.size >= OPEN_MAX && !this.#signal.aborted) {
        await this.#bell.wait(clock, LATER_MS, this.#signal);
      }
      // Not acknowledged: it stays for the next run.
      if (this.#signal.aborted) return;
      if (!this.#open.has(entry.id)) this.#take(entry);
    }
  }

  #take(entry: StreamEntry): void {
    const command = this.#parse(entry);
    const delivering = "kind" in command
      ? Promise.resolve(command)
      : this.#delivery.deliver(command);
    const finished = delivering.then((outcome) => this.#finish(entry, outcome))
      .catch((error) => {
        this.#options.link.refused("XACK", error);
        this.#postpone();
      })
      .finally(() => {
        this.#open.delete(entry.id);
        this.#bell.ring();
      });
    this.#open.set(entry.id, finished);
  }

  #parse({ id, fields, repeated }: StreamEntry): PostedCommand | Delivered {
    if (repeated !== null) {
      const message = `entry.${repeated}: Is given more than once`;
      return { kind: "dead", code: "invalid_request", message };
    }
    try {
      return ingressCommand(id, fields ?? new Map(), this.#options.limits);
    } catch (error) {
      return { kind: "dead", code: errorCode(error), message: errorMessage(error) };
    }
  }

  async #finish(entry: StreamEntry, outcome: Delivered): Promise<void> {
    if (outcome.kind === "later") return this.#postpone();
    // To the dead stream first, and only then out of this one: I2.
    if (outcome.kind === "dead") await this.#bury(entry, outcome.code, outcome.message);
    await this.#reader.remove(entry);
  }

  async #bury({ id, fields }: StreamEntry, code: string, reason: string): Promise<void> {
    const { link, keys, log, metrics } = this.#options;
    await link.call(
      ...["XADD", keys.ingress_dead, "MAXLEN", "~", DEAD_ENTRIES, "*"] as const,
      ...["id", fields?.get("id") ?? "", "reason", reason, "code", code, "entry", id],
      ...["fields", JSON.stringify(Object.fromEntries(fields ?? []))],
    );
    metrics.errorsTotal.inc({ kind: "ingress_dead" });
    log.debug({ entry: id, code, reason }, "Ingress entry cannot be accepted");
  }

  #postpone(): void {
    this.#later_at ??= this.#options.clock.monotonic() + LATER_MS;
  }
}
