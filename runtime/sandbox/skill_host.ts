/**
 * What `synapse skill-host` runs: a process for one skill call at a time, its commands on stdin, its
 * answers on stdout. Starting one by hand is of no use.
 *
 * Two walls stand around a skill. The inner one is a worker whose permissions are exactly the skill's
 * capabilities; it is new for each call, so no call sees what another left behind, and it is started
 * ahead of the call, so no call waits for it. The outer one is this process: it gives up every kind
 * of permission that these skills do not need before any of their code is loaded, its environment
 * holds what they declare and no more, and it can be killed, which ends loops, and dies alone, which
 * is what becomes of a worker that runs out of memory.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { SynapseError } from "../errors.ts";
import { fault, outOfMemory, type SkillReply } from "./fault.ts";
import { decodeLine, encodeLine, readLines } from "./line_protocol.ts";
import { type FromHost, fromWorkerSchema, type ToHost, type ToWorker } from "./messages.ts";
import { type SkillPermissions, workerPermissions } from "./permissions.ts";
import workerScript from "./worker_bundle.txt" with { type: "text" };

/** Milliseconds between two looks at the memory while a skill runs. */
const MEMORY_CHECK_MS = 10;

/** Log lines of one call that are passed on. */
const LOG_LINES_MAX = 200;

/** Characters of a log line that are passed on. */
const LOG_CHARS_MAX = 4000;

/** Bytes of the server's longest command: the code of a skill and its input. */
const COMMAND_BYTES_MAX = 128 * 1024 * 1024;

/** Evaluates the script that it is sent first; that sets the handler for what follows. */
const WORKER_BOOT = "onmessage = ({ data }) => { (0, eval)(data); };";

/**
 * Serves skill calls until stdin ends.
 *
 * Needs, of `net`, `read`, `write` and `env`, whatever the skills may be granted; gives up the rest.
 */
export async function runSkillHost(): Promise<void> {
  // A signal to the whole process group (Ctrl-C, a stopping unit) is for the server to act on: it may
  // want to let calls end. Without a server stdin ends, and so does this process.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    if (Deno.build.os !== "windows") Deno.addSignalListener(signal, () => {});
  }
  const host = new SkillHost();
  let handled = Promise.resolve();
  for await (const line of readLines(Deno.stdin.readable, COMMAND_BYTES_MAX)) {
    const command = decodeLine("", line) as ToHost | undefined;
    // Not awaited: whatever is under way, the end of stdin must be seen, or nobody ends this process.
    handled = handled.then(() => host.handle(command)).catch(() => Deno.exit(1));
  }
  Deno.exit(0);
}

class SkillHost {
  #mark: string | null = null;
  #worker: Worker | null = null;
  #memoryMb = 0;
  /** Resident bytes past which the call under way is over. */
  #memoryBytesMax = 0;
  /** The answer to the call under way. */
  #reply = Promise.withResolvers<SkillReply>();

  async handle(command: ToHost | undefined): Promise<void> {
    switch (command?.type) {
      case "prepare":
        return await this.#prepare(command);
      case "call":
        // Written before any of the skill runs: a call that its server saw no beginning of can be run again.
        await this.#send({ type: "begun" });
        // Not awaited: an abort must get through.
        return void this.#call(command);
      case "abort":
        return this.#worker?.postMessage(command satisfies ToWorker);
      default:
        // A broken command: a skill has read from stdin what was not meant for it.
        return Deno.exit(1);
    }
  }

  async #prepare(command: Extract<ToHost, { type: "prepare" }>): Promise<void> {
    if (this.#mark === null) await narrow(command.permissions);
    this.#mark = command.mark;
    this.#reply = Promise.withResolvers();
    const ready = Promise.withResolvers<void>();
    this.#worker = startWorker(command.permissions, {
      onMessage: (message) => message.type === "ready" ? ready.resolve() : this.#onMessage(message),
      onError: (error) => {
        this.#reply.resolve(error);
        // Before it is ready there is no call that could be told: this process is of no use.
        ready.reject(new SynapseError("internal", "Worker did not start"));
      },
      logLinesMax: LOG_LINES_MAX,
    });
    await ready.promise;
    this.#memoryMb = command.memoryMb;
    this.#memoryBytesMax = Deno.memoryUsage().rss + command.memoryMb * 2 ** 20;
    await this.#send({ type: "ready" });
  }

  #onMessage(message: FromHost): void {
    if (message.type === "reply") this.#reply.resolve(message.reply);
    else void this.#send(message);
  }

  async #call({ invocation }: Extract<ToHost, { type: "call" }>): Promise<void> {
    this.#worker?.postMessage({ type: "call", invocation } satisfies ToWorker);
    const ended = new AbortController();
    const watched = this.#watchMemory(ended.signal);
    const reply = await Promise.race([this.#reply.promise, watched]);
    ended.abort();
    // First the worker, so that it cannot write into the middle of the answer.
    this.#worker?.terminate();
    this.#worker = null;
    await this.#send({ type: "reply", reply: bounded(reply, invocation.outputBytesMax) });
    // Memory that was handed out is not all given back; a fresh process is cleaner than a guess.
    if (!reply.ok && reply.code === "skill_out_of_memory") Deno.exit(1);
  }

  async #watchMemory(ended: AbortSignal): Promise<SkillReply> {
    while (Deno.memoryUsage().rss <= this.#memoryBytesMax) {
      await systemClock.sleep(MEMORY_CHECK_MS, ended);
      if (ended.aborted) break;
    }
    return outOfMemory(this.#memoryMb);
  }

  async #send(message: FromHost): Promise<void> {
    const bytes = encodeLine(this.#mark ?? "", message);
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  }
}

/** Gives up every kind of permission that these skills do not need: for most, all of them. */
async function narrow(permissions: SkillPermissions): Promise<void> {
  const kinds = ["net", "read", "write", "env", "run", "sys", "ffi", "import"] as const;
  const wanted = workerPermissions(permissions);
  for (const kind of kinds) {
    if (wanted[kind] === false) {
      const { state } = await Deno.permissions.revoke({ name: kind } as Deno.PermissionDescriptor);
      if (state === "granted") {
        throw new SynapseError("internal", `Permission ${kind} cannot be given up`);
      }
    }
  }
}

interface WorkerEvents {
  onMessage(message: FromHost): void;
  onError(error: SkillReply): void;
  readonly logLinesMax: number;
}

function startWorker(permissions: SkillPermissions, events: WorkerEvents): Worker {
  const url = URL.createObjectURL(new Blob([WORKER_BOOT], { type: "text/javascript" }));
  const options = {
    type: "module",
    deno: { permissions: workerPermissions(permissions) },
  } as const;
  const worker = new Worker(url, options as WorkerOptions);
  let logLines = 0;
  worker.onmessage = ({ data }) => {
    const { success, data: message } = fromWorkerSchema.safeParse(data);
    if (!success) return;
    if (message.type !== "log") return events.onMessage(message);
    if (++logLines <= events.logLinesMax) events.onMessage(shortened(message));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    events.onError(fault("skill_threw", event.message));
  };
  worker.postMessage(workerScript);
  return worker;
}

function shortened(message: Extract<FromHost, { type: "log" }>): FromHost {
  const tooLong = JSON.stringify(message.fields).length > LOG_CHARS_MAX;
  return {
    type: "log",
    message: message.message.slice(0, LOG_CHARS_MAX),
    fields: tooLong ? {} : message.fields,
  };
}

/** The worker keeps to the limit by itself; what a hostile skill forges there is checked here. */
function bounded(reply: SkillReply, bytesMax: number): SkillReply {
  if (!reply.ok) return fault(reply.code, reply.message);
  if (reply.text.length <= bytesMax) return reply;
  return fault("skill_output_too_large", `Output has more than ${bytesMax} bytes`);
}
