/**
 * A server of a test's own, which it may stop, freeze, kill and start again on the same port.
 *
 * @module
 */
import type { Account } from "./account.ts";
import { anyLives, childrenOf, signalProcess } from "./process_tree.ts";
import { ServiceError } from "./service_error.ts";
import { until } from "./until.ts";

/** What makes one server differ from another. */
export interface ServerSetup {
  /** For people. */
  readonly service: string;
  readonly url: string;
  readonly port: number;
  /** A folder of its own, removed in the end. */
  readonly folder: string;
  /** Null: the present one. */
  readonly account: Account | null;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Asks it to stop in good order, without waiting for its clients. */
  readonly stopSignal: Deno.Signal;
  /** Whether it takes commands. */
  isReady(): Promise<boolean>;
}

/** How long a server may take to start, in milliseconds. */
const START_MS_MAX = 60_000;

/** How long it may take to stop before it is killed, in milliseconds. */
const STOP_MS_MAX = 20_000;

/** How much of its log an error shows. */
const LOG_LINES_SHOWN = 10;

/** One server. Its methods are called one after the other. */
export class Server implements AsyncDisposable {
  readonly #setup: ServerSetup;
  #child: Deno.ChildProcess | null = null;

  /** Starts nothing yet. */
  constructor(setup: ServerSetup) {
    this.#setup = setup;
  }

  /**
   * One that takes commands. Leaves nothing behind when it does not get so far.
   *
   * @throws ServiceError as {@link Server.start} does
   */
  static async started(setup: ServerSetup): Promise<Server> {
    await using undo = new AsyncDisposableStack();
    const server = undo.use(new Server(setup));
    await server.start();
    undo.move();
    return server;
  }

  /** Where clients find it, also while it is stopped. */
  get url(): string {
    return this.#setup.url;
  }

  /** The same, for those who speak plain TCP to 127.0.0.1. */
  get port(): number {
    return this.#setup.port;
  }

  /** The id of its main process; null while it is stopped. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Starts it, if it does not run, and waits until it takes commands.
   *
   * @throws ServiceError when it does not get so far, with the end of its log
   */
  async start(): Promise<void> {
    if (this.#child !== null) return;
    const { service, isReady } = this.#setup;
    const child = this.#spawn();
    this.#child = child;
    void child.status.then(() => {
      if (this.#child === child) this.#child = null;
    });
    const ended = () => this.#child === null;
    const decided = await until(async () => ended() || await isReady(), START_MS_MAX);
    if (decided && !ended()) return;
    const log = (await this.log()).trimEnd().split("\n").slice(-LOG_LINES_SHOWN);
    await this.kill();
    const how = decided ? "it ended before it was ready" : "it was not ready in time";
    throw new ServiceError([`Cannot start ${service}: ${how}`, ...log].join("\n  "));
  }

  /** Stops it in good order, if it runs. Connections to it are cut. */
  async stop(): Promise<void> {
    if (this.#child === null) return;
    const { pid } = this.#child;
    await this.resume(); // A frozen process takes no signals.
    signalProcess(pid, this.#setup.stopSignal);
    if (!await until(() => this.#child === null, STOP_MS_MAX)) await this.kill();
  }

  /** Stops it and starts it again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** `kill -9`: all its processes end at once, with no chance to tidy up. */
  async kill(): Promise<void> {
    const pids = await this.#pids();
    for (const pid of pids) signalProcess(pid, "SIGKILL");
    await until(async () => this.#child === null && !await anyLives(pids), STOP_MS_MAX);
  }

  /** SIGSTOP: it stands still. Connections stay open, new ones are not answered. */
  async pause(): Promise<void> {
    for (const pid of await this.#pids()) signalProcess(pid, "SIGSTOP");
  }

  /** SIGCONT: it goes on where it was. */
  async resume(): Promise<void> {
    for (const pid of await this.#pids()) signalProcess(pid, "SIGCONT");
  }

  /** Everything that it has printed, over all starts. */
  log(): Promise<string> {
    return Deno.readTextFile(this.#logFile);
  }

  /** Stops it and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#setup.folder, { recursive: true });
  }

  get #logFile(): string {
    return `${this.#setup.folder}/server.log`;
  }

  /** The main process first: it could start others. */
  async #pids(): Promise<number[]> {
    const { pid } = this;
    return pid === null ? [] : [pid, ...await childrenOf(pid)];
  }

  #spawn(): Deno.ChildProcess {
    const { folder, account, command } = this.#setup;
    return new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >>"$0" 2>&1', this.#logFile, ...command],
      cwd: folder,
      stdin: "null",
      // A session of its own: a Ctrl-C in the terminal is not meant for the server.
      detached: true,
      ...account,
    }).spawn();
  }
}
