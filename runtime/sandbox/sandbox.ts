/**
 * Where code that nobody vouches for is run: one call in, one reply out, within bounds.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { Logger } from "../telemetry/port.ts";
import { fault, type SkillReply } from "./fault.ts";
import type { HostCommand } from "./host_command.ts";
import { HostPool } from "./host_pool.ts";
import { type CallBounds, HostProcess } from "./host_process.ts";
import type { WorkerInvocation } from "./messages.ts";
import type { SkillPermissions } from "./permissions.ts";

/** Processes that a call is given to, one after the other, until one takes it. */
const HOSTS_TRIED_MAX = 3;

/** How a sandbox is made. */
export interface SandboxOptions {
  readonly command: HostCommand;
  /** The environment from which declared variables are taken. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the relative paths of skills that touch files start. Absolute; it must exist for those. */
  readonly workspace: string;
  /** Memory of one call at most, in MiB. */
  readonly memoryMb: number;
  /** Processes at most. */
  readonly poolSize: number;
  /** Bytes of an output's JSON at most. */
  readonly outputBytesMax: number;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
}

/** One call. */
export interface SandboxCall extends CallBounds {
  readonly permissions: SkillPermissions;
  readonly invocation: Omit<WorkerInvocation, "outputBytesMax">;
}

/** Runs calls in child processes. */
export class Sandbox {
  readonly #options: SandboxOptions;
  readonly #pool: HostPool<HostProcess>;

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#pool = new HostPool({
      size: options.poolSize,
      start: (permissions) =>
        new HostProcess({ ...options, permissions, mark: `${options.entropy.id("host")} ` }),
    });
  }

  /** Runs one call; its time starts when a process is free for it. Never rejects for what code does. */
  async run(call: SandboxCall): Promise<SkillReply> {
    const { outputBytesMax } = this.#options;
    const invocation = { ...call.invocation, outputBytesMax };
    for (let tried = 0; tried < HOSTS_TRIED_MAX; tried++) {
      const reply = await this.#pool.use(
        call.permissions,
        call.signal,
        (host) => host.call(invocation, call),
      );
      if (reply === null) return fault("skill_cancelled", "Call was cancelled before it began");
      if (reply !== "not_begun") return reply;
    }
    return fault("skill_host_died", `None of ${HOSTS_TRIED_MAX} processes took the call`);
  }

  /** Starts processes ahead of their first call. */
  warm(permissions: readonly SkillPermissions[]): void {
    this.#pool.warm(permissions);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }
}
