/**
 * What a program does that is asked to end while another one works for it: it hands the signal on,
 * waits, and tidies up.
 *
 * @module
 */
import { signalProcess } from "./process_tree.ts";

/** Signals that ask to end, with their numbers. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** What shells make of a program that does not exist. */
const EXIT_NOT_FOUND = 127;

type EndSignal = keyof typeof SIGNALS;

/** The program was asked to end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** The one that shells expect. */
  readonly exitCode: number;

  /** @param signal what asked */
  constructor(signal: EndSignal) {
    super(`Interrupted by ${signal}`);
    this.exitCode = 128 + SIGNALS[signal];
  }
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Keeps this process alive through signals, until it is disposed of. */
export class Interruption implements Disposable {
  #signal: EndSignal | null = null;
  #child: Deno.ChildProcess | null = null;
  readonly #arrived = Promise.withResolvers<void>();
  readonly #listeners: readonly (readonly [EndSignal, () => void])[];

  /** Listens from now on. */
  constructor() {
    const signals = Object.keys(SIGNALS) as EndSignal[];
    this.#listeners = signals.map((signal) => [signal, () => this.#onSignal(signal)]);
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** Rejects with `Interrupted` as soon as a signal has come. Keeps the process alive meanwhile. */
  async wait(): Promise<never> {
    const alive = setInterval(() => {}, 1_000_000);
    await this.#arrived.promise;
    clearInterval(alive);
    throw new Interrupted(this.#signal!);
  }

  /**
   * Runs a program in the foreground, and resolves to its exit code.
   *
   * Needs permission to run it.
   *
   * @throws Interrupted when a signal came, once the program has ended
   */
  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<number> {
    this.check();
    try {
      this.#child = new Deno.Command(program, { args: [...args], ...options }).spawn();
      const { code } = await this.#child.status;
      this.check();
      return code;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      console.error(`Cannot run ${program}: found no such program`);
      return EXIT_NOT_FOUND;
    } finally {
      this.#child = null;
    }
  }

  /** @throws Interrupted when a signal has come */
  check(): void {
    if (this.#signal !== null) throw new Interrupted(this.#signal);
  }

  /** Lets signals have their usual effect again. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }

  /** Each is handed on: who asks twice means it. */
  #onSignal(signal: EndSignal): void {
    this.#signal ??= signal;
    if (this.#child !== null) signalProcess(this.#child.pid, signal);
    this.#arrived.resolve();
  }
}
