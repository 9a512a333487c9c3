/**
 * A node that is its own supervisor, for where nobody else would end one that runs and does nothing: Docker
 * marks such a container and lets it be.
 *
 * @module
 */
import { configInvalid, wrongValue } from "../config/fault.ts";
import { type AliveOptions, whileAlive } from "./alive.ts";
import { type Supervised, UNSUPERVISED } from "./supervised.ts";
import { startWatchdogThread, type WatchdogThread, type WatchSettings } from "./watchdog_thread.ts";

/** How many times in the silence that ends a node it says that it lives, and its thread looks. */
const LOOKS = 10;

/** How long the line before the end may take, in milliseconds. */
const WRITE_MS = 1000;

/** Who is watched, and for what. */
export interface WatchdogOptions extends AliveOptions {
  /** How long the node may show no life, in milliseconds. Null: as long as it likes. */
  readonly watchdog_ms: number | null;
  /** The name of the node, for the line before its end. */
  readonly node_id: string;
  /** Starts the thread; the real one unless given. */
  readonly startThread?: (settings: WatchSettings) => WatchdogThread;
}

/** Has the node watched until it stops: how long that may take is for whoever told it to. */
export function watched(options: WatchdogOptions): Supervised {
  const { watchdog_ms, node_id: node, startThread = startWatchdogThread } = options;
  if (watchdog_ms === null) return UNSUPERVISED;
  const ended = new AbortController();
  const { signal } = ended;
  const thread = startThread({ silence_ms: watchdog_ms, looks: LOOKS, write_ms: WRITE_MS, node });
  signal.addEventListener("abort", () => thread.close(), { once: true });
  const every_ms = watchdog_ms / LOOKS;
  const beating = whileAlive(options, () => thread.beat(), { every_ms, signal });
  return {
    stopping: () => ended.abort(),
    async [Symbol.asyncDispose]() {
      ended.abort();
      await beating;
    },
  };
}

/**
 * Refuses a watchdog that could not end this process.
 *
 * @throws {SynapseError} `config_invalid`
 */
export function refusePowerlessWatchdog(watchdog_ms: number | null, pid: number): void {
  if (watchdog_ms === null || pid !== 1) return;
  const wanted = "0: it cannot end the first process of a container. Have an init be that: " +
    "docker run --init, or init: true in Compose";
  const seconds = watchdog_ms / 1000;
  throw configInvalid([wrongValue("SYNAPSE_WATCHDOG_SECONDS", seconds, wanted, "environment")]);
}
