/**
 * One skill host as the server sees it: a child process that runs one call at a time, is killed when
 * a call is over its time, and whose death is just another way for a call to end.
 *
 * @module
 */
import { requireWorkspace } from "../../skills/workspace_error.ts";
import type { Clock } from "../clock.ts";
import { errorMessage } from "../errors.ts";
import type { Logger } from "../telemetry/port.ts";
import { fault, outOfMemory, type SkillFault, type SkillReply } from "./fault.ts";
import type { HostCommand } from "./host_command.ts";
import { decodeLine, encodeLine, readLines } from "./line_protocol.ts";
import { fromHostSchema, type ToHost, type WorkerInvocation } from "./messages.ts";
import { pick } from "./pick.ts";
import type { SkillPermissions } from "./permissions.ts";

/** What a host process is started with. */
export interface HostProcessOptions {
  readonly command: HostCommand;
  readonly permissions: SkillPermissions;
  /** The environment from which declared variables are taken. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the relative paths of skills that touch files start. Absolute; it must exist for those. */
  readonly workspace: string;
  /** Memory of one call at most, in MiB. */
  readonly memoryMb: number;
  /** Bytes of an output's JSON at most. */
  readonly outputBytesMax: number;
  /** What begins each line of the host: nobody else may know it. */
  readonly mark: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Bounds of one call. */
export interface CallBounds {
  readonly skill: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Milliseconds that a new process has until it is ready for a call. */
const START_MS = 15_000;

/** Milliseconds that a running one has until it is ready for the next. */
const PREPARE_MS = 2000;

/** Milliseconds that a ready one has to say that it took a call: plenty, for a busy machine. */
const BEGIN_MS = 5000;

/** Calls that one process runs: each worker leaves a little memory behind. */
const CALLS_MAX = 200;

/** Milliseconds that a skill has to end by itself after its signal aborted. */
const GRACE_MS = 250;

/** Characters of what the process last wrote to stderr that are kept, to tell why it died. */
const STDERR_CHARS = 4096;

/** A child process that runs skills. */
export class HostProcess {
  readonly #options: HostProcessOptions;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  /** Resolves, with what that means for a call under way, when the process is gone. */
  readonly #death: Promise<SkillFault>;
  #ready = Promise.withResolvers<true>();
  #prepared: Promise<SkillFault | null> = Promise.resolve(null);
  #begun = Promise.withResolvers<void>();
  /** Whether the host took the call under way. What it does with one it says only after that. */
  #hasBegun = false;
  /** Whether something that the host said was never read. */
  #unread = false;
  #reply = Promise.withResolvers<SkillReply>();
  /** The skill of the call under way, for log lines. */
  #skill = "";
  #calls = 0;
  #alive = true;

  /**
   * Starts the process.
   *
   * @throws {Deno.errors.NotFound} if its skills touch files and the workspace is gone, or there is no
   *   such program
   */
  constructor(options: HostProcessOptions) {
    this.#options = options;
    const { command, permissions, workspace } = options;
    const touchesFiles = permissions.read.length + permissions.write.length > 0;
    // What the system says instead when it cannot start a process there has paths of this machine.
    if (touchesFiles) requireWorkspace(workspace);
    this.#child = new Deno.Command(command.path, {
      args: [...command.args],
      ...(touchesFiles ? { cwd: workspace } : {}),
      clearEnv: true,
      env: hostEnvironment(options),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#death = this.#live();
    this.prepare();
  }

  /** Whether the process can take another call. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Has the host start a worker for the next call. Without waiting: see {@link ready}. */
  prepare(): void {
    const { mark, permissions, memoryMb } = this.#options;
    this.#ready = Promise.withResolvers();
    this.#send({ type: "prepare", mark, permissions, memoryMb });
    this.#prepared = this.#awaitReady(this.#calls === 0 ? START_MS : PREPARE_MS);
  }

  /** Resolves when the next call can begin: to null, or to why it never can. */
  ready(): Promise<SkillFault | null> {
    return this.#prepared;
  }

  /**
   * Runs one call. Only when ready, one at a time. Never rejects.
   *
   * @returns `not_begun` when a reader that an earlier skill left hanging on stdin took the call, or
   * the process was about to end. It is gone then, and another may run the call.
   */
  async call(
    invocation: WorkerInvocation,
    bounds: CallBounds,
  ): Promise<SkillReply | "not_begun"> {
    this.#calls++;
    this.#skill = bounds.skill;
    this.#hasBegun = false;
    this.#begun = Promise.withResolvers();
    this.#reply = Promise.withResolvers();
    this.#send({ type: "call", invocation });
    if (!await this.#begins()) return "not_begun";
    const reply = await this.#answer(bounds);
    // The environment is the process's: what a skill may set in it must not meet the next call.
    const spent = this.#calls >= CALLS_MAX || this.#options.permissions.env.length > 0 ||
      (!reply.ok && reply.code === "skill_out_of_memory");
    if (spent) await this.kill();
    return reply;
  }

  /** Ends the process. */
  async kill(): Promise<void> {
    this.#alive = false;
    this.#signalKill();
    await this.#death;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  async #awaitReady(ms: number): Promise<SkillFault | null> {
    const started = new AbortController();
    const late = this.#options.clock.sleep(ms, started.signal).then(() => null);
    const outcome = await Promise.race([this.#ready.promise, this.#death, late]);
    started.abort();
    if (outcome === true) return null;
    await this.kill();
    return outcome ?? fault("skill_host_died", `Skill's process was not ready in ${ms} ms`);
  }

  /** Whether the call begins. When it does not, the process was killed, so that it never will. */
  async #begins(): Promise<boolean> {
    const begun = new AbortController();
    const late = this.#options.clock.sleep(BEGIN_MS, begun.signal);
    await Promise.race([this.#begun.promise, this.#death, late]);
    begun.abort();
    if (!this.#hasBegun) await this.kill();
    // What was written before the end has been read when the process is gone; else nobody knows.
    return this.#hasBegun || this.#unread;
  }

  /** The reply, or what stands for one when it does not come: over time, cancelled, dead. */
  async #answer({ timeoutMs, signal }: CallBounds): Promise<SkillReply> {
    const { clock } = this.#options;
    const ended = new AbortController();
    const answered = Promise.race([this.#reply.promise, this.#death]);
    const over = clock.sleep(timeoutMs, AbortSignal.any([signal, ended.signal])).then(() => null);
    const reply = await Promise.race([answered, over]);
    if (reply !== null) {
      ended.abort();
      return reply;
    }
    const overdue = signal.aborted
      ? fault("skill_cancelled", "Call was cancelled")
      : fault("skill_timeout", `Skill ran for ${timeoutMs} ms without an end`);
    this.#send({ type: "abort", reason: overdue.message });
    const grace = clock.sleep(GRACE_MS, ended.signal).then(() => null);
    const last = await Promise.race([answered, grace]);
    ended.abort();
    if (last === null) await this.kill();
    // Done after all: saying so is nearer to the truth. That it threw is only how it gave up.
    return last?.ok ? last : overdue;
  }

  #signalKill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It is gone already.
    }
  }

  #send(message: ToHost): void {
    // A process that is gone cannot be written to; its death is noticed elsewhere.
    this.#stdin.write(encodeLine("", message)).catch(() => {});
  }

  /** Follows the process to its end. */
  async #live(): Promise<SkillFault> {
    const stderr = tail(this.#child.stderr, STDERR_CHARS);
    let complaint: string | null = null;
    try {
      // A reply holds the output as a JSON string in JSON: each byte of it may take six.
      for await (
        const line of readLines(this.#child.stdout, this.#options.outputBytesMax * 6 + 65_536)
      ) {
        this.#receive(line);
      }
    } catch (error) {
      complaint = errorMessage(error);
      this.#unread = true;
      this.#signalKill();
    }
    const status = await this.#child.status;
    this.#alive = false;
    await this.#stdin.abort().catch(() => {});
    if (/out of memory/i.test(await stderr)) {
      return outOfMemory(this.#options.memoryMb);
    }
    const how = complaint ?? (status.signal === null ? `exit code ${status.code}` : status.signal);
    return fault("skill_host_died", `Skill's process ended: ${how}`);
  }

  #receive(line: string): void {
    const { mark, log } = this.#options;
    const decoded = decodeLine(mark, line);
    const { data: message } = fromHostSchema.safeParse(decoded);
    switch (message?.type) {
      case "ready":
        return this.#ready.resolve(true);
      case "begun":
        this.#hasBegun = true;
        return this.#begun.resolve();
      case "reply":
        return this.#reply.resolve(message.reply);
      case "log":
        return log.info({ skill: this.#skill, fields: message.fields }, message.message);
      default:
        // Written to stdout past the console, by code that goes out of its way.
        return log.debug({ skill: this.#skill, text: line.slice(0, 200) }, "Skill wrote to stdout");
    }
  }
}

/** What is declared, and what the program itself needs to run. */
function hostEnvironment(options: HostProcessOptions): Record<string, string> {
  const { command, env, permissions, memoryMb } = options;
  return {
    ...pick(env, permissions.env),
    ...command.env,
    NO_COLOR: "1",
    // V8 itself ends what fills its heap. A compiled binary does not read this: there the host's own
    // look at what is resident does it alone.
    DENO_V8_FLAGS: `--max-old-space-size=${memoryMb}`,
  };
}

async function tail(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  chars: number,
): Promise<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text = (text + chunk).slice(-chars);
  }
  return text;
}
