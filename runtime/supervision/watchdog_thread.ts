/**
 * The thread that ends a node whose beats stay away. A blocked event loop cannot end its own process;
 * another thread of it can, and costs less than a process of its own.
 *
 * @module
 */

/** What the watching needs of the thread that it runs in. */
export interface ThreadWorld {
  /** Has that called for each beat. */
  onBeat(beat: () => void): void;
  sleep(ms: number): Promise<void>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Writes to the log of the process. May take for ever: the log may be what the node waits for. */
  write(line: string): Promise<unknown>;
  /** Ends the process at once. */
  end(): void;
}

/** What is watched for. */
export interface WatchSettings {
  /** How long beats may stay away, in milliseconds. */
  readonly silence_ms: number;
  /** How many times in that it is looked for one: as often as there is one. */
  readonly looks: number;
  /** How long the last line may take, in milliseconds. */
  readonly write_ms: number;
  /** The name of the node, for that line. */
  readonly node: string;
}

/** Watches from a thread of its own. */
export interface WatchdogThread {
  /** Says that the node lives. */
  beat(): void;
  /** Ends the watching. */
  close(): void;
}

/**
 * Ends the process when so many looks in a row found no beat, and one more, as the first of them may have
 * come right after one. Looks are counted, and not time: a process that was stopped, or whose machine
 * slept, is not taken for one that hangs.
 *
 * It runs in another thread, as text: it knows its arguments and what every thread has, and nothing else
 * of this file. Its line is JSON whatever the log's format is, since whoever formats lines stands still.
 */
export async function watchBeats(
  world: ThreadWorld,
  { silence_ms, looks, write_ms, node }: WatchSettings,
): Promise<void> {
  let missed = 0;
  world.onBeat(() => void (missed = 0));
  for (; missed <= looks; missed++) await world.sleep(silence_ms / looks);
  const line = JSON.stringify({
    level: "error",
    time: new Date(world.now()).toISOString(),
    node,
    message: `Node showed no life for ${silence_ms / 1000} s; its watchdog ends it`,
  });
  await Promise.race([world.write(`${line}\n`), world.sleep(write_ms)]);
  world.end();
}

/** The same for a thread without any permission: of its own process everybody may dispose. */
const THREAD = (settings: WatchSettings) =>
  `(${watchBeats})({
  onBeat: (beat) => { self.onmessage = beat; },
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  now: () => Date.now(),
  write: (line) => Deno.stderr.write(new TextEncoder().encode(line)).catch(() => {}),
  end: () => Deno.kill(Deno.pid, "SIGKILL"),
}, ${JSON.stringify(settings)});`;

/**
 * Starts the thread. Needs the unstable feature `worker-options`, and no permission.
 *
 * It cannot end the first process of a container (of a process namespace): to that one the kernel lets no
 * SIGKILL through from inside.
 */
export function startWatchdogThread(settings: WatchSettings): WatchdogThread {
  const url = URL.createObjectURL(new Blob([THREAD(settings)], { type: "text/javascript" }));
  const options = { type: "module", deno: { permissions: "none" } } as const;
  const worker = new Worker(url, options as WorkerOptions);
  return {
    beat: () => worker.postMessage(null),
    close() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
