/**
 * Keeps a supervisor informed: that the node has started, how it is, that it lives, and that it ends.
 *
 * @module
 */
import type { HealthReport } from "../edge/health_report.ts";
import type { Entropy } from "../entropy.ts";
import { type AliveOptions, whileAlive } from "./alive.ts";
import { readSupervision } from "./environment.ts";
import type { Notice, NoticeSink } from "./notice.ts";
import { openNotifySocket } from "./notify_socket.ts";
import { statusLine } from "./status_line.ts";

/** How often it is looked whether there is another status to tell, in milliseconds. */
const STATUS_MS = 5000;

/** What there is to tell, and to whom. */
export interface SupervisedOptions extends AliveOptions {
  /** The environment; without `NOTIFY_SOCKET` in it nothing is done. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The id of this process. */
  readonly pid: number;
  readonly entropy: Pick<Entropy, "id">;
  /** Where the node listens. */
  readonly api_url: string;
  readonly health: () => Promise<HealthReport>;
  /** Opens the way to the supervisor; to its socket unless given. */
  readonly open?: (address: string, entropy: Pick<Entropy, "id">) => NoticeSink;
}

/** A node that somebody watches. */
export interface Supervised extends AsyncDisposable {
  /** Tells that the node stops. From then on nothing else is told. */
  stopping(): void;
}

/** A node that nobody watches. */
export const UNSUPERVISED: Supervised = {
  stopping: () => {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/**
 * Tells the supervisor that the node is ready, and from then on how it is and that it lives. Waits for
 * nobody and never throws: a node that cannot reach its supervisor says so in its log, and serves.
 */
export function supervised(options: SupervisedOptions): Supervised {
  const { env, pid, log, entropy, open = openNotifySocket } = options;
  const { address, silence_ms_max, faults } = readSupervision(env, pid);
  for (const { name, reason } of faults) {
    log.warn({ name, reason }, "A variable of the supervisor cannot be used");
  }
  if (address === null) return UNSUPERVISED;
  try {
    return new Reporter(options, open(address, entropy), silence_ms_max);
  } catch (error) {
    log.warn({ err: error }, UNREACHABLE);
    return UNSUPERVISED;
  }
}

const UNREACHABLE = "The supervisor cannot be told anything";

class Reporter implements Supervised {
  readonly #options: SupervisedOptions;
  readonly #sink: NoticeSink;
  readonly #ended = new AbortController();
  readonly #loops: readonly Promise<void>[];

  constructor(options: SupervisedOptions, sink: NoticeSink, silence_ms_max: number | null) {
    this.#options = options;
    this.#sink = sink;
    void this.#tell({ phase: "ready" });
    this.#loops = [
      this.#reportStatus(),
      silence_ms_max === null ? Promise.resolve() : this.#keepAlive(silence_ms_max / 2),
    ];
  }

  stopping(): void {
    void this.#tell({ phase: "stopping", status: "Stops: finishes and hands over" });
    this.#ended.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    // Before the loops: a supervisor that takes nothing must not hold them.
    this.#sink.close();
    await Promise.all(this.#loops);
  }

  /** Says that the node lives as long as it does: the supervisor learns of the opposite by silence. */
  #keepAlive(every_ms: number): Promise<void> {
    const { signal } = this.#ended;
    return whileAlive(this.#options, () => this.#tell({ alive: true }), { every_ms, signal });
  }

  /** Says how the node is, whenever that is something new. */
  async #reportStatus(): Promise<void> {
    const { clock, health, api_url } = this.#options;
    const { signal } = this.#ended;
    for (let told = ""; !signal.aborted; await clock.sleep(STATUS_MS, signal)) {
      const status = statusLine(await health(), api_url);
      if (status === told || signal.aborted) continue;
      if (await this.#tell({ status })) told = status;
    }
  }

  /** Whether the supervisor took it. */
  async #tell(notice: Notice): Promise<boolean> {
    try {
      await this.#sink.send(notice);
      return true;
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#options.log.warn({ err: error }, UNREACHABLE);
      return false;
    }
  }
}
