/**
 * Host processes, kept warm and bounded in number. A process serves skills of equal permissions
 * only, since it has given up all others. Whoever finds none free waits, first come, first served.
 *
 * @module
 */
import { errorMessage } from "../errors.ts";
import { fault, type SkillFault } from "./fault.ts";
import type { SkillPermissions } from "./permissions.ts";

/** What the pool needs of a host. */
export interface PooledHost {
  readonly alive: boolean;
  prepare(): void;
  ready(): Promise<SkillFault | null>;
  kill(): Promise<void>;
}

/** How a pool is made. */
export interface HostPoolOptions<Host extends PooledHost> {
  /** Processes at most, busy and idle together. */
  readonly size: number;
  start(permissions: SkillPermissions): Host;
}

interface Kept<Host> {
  readonly key: string;
  readonly host: Host;
}

/** A bounded pool of hosts. */
export class HostPool<Host extends PooledHost> {
  readonly #options: HostPoolOptions<Host>;
  /** All processes that may be alive. */
  readonly #all = new Set<Host>();
  /** Free ones, the longest idle first. */
  readonly #idle: Kept<Host>[] = [];
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #closed = false;

  constructor(options: HostPoolOptions<Host>) {
    this.#options = options;
    this.#free = options.size;
  }

  /**
   * Lends a host to a job. A host that the job leaves alive is used again.
   *
   * @returns what the job returned; a fault when no host could be had; null when the signal aborted
   * while it waited, or the pool was closed
   */
  async use<Result>(
    permissions: SkillPermissions,
    signal: AbortSignal,
    job: (host: Host) => Promise<Result>,
  ): Promise<Result | SkillFault | null> {
    if (!await this.#turn(signal)) return null;
    const key = JSON.stringify(permissions);
    try {
      const host = await this.#take(key, permissions);
      if ("code" in host) return host;
      try {
        return await job(host);
      } finally {
        this.#keep({ key, host });
      }
    } finally {
      this.#pass();
    }
  }

  /** Starts processes for sets of permissions that have none, as far as there is room. */
  warm(wanted: readonly SkillPermissions[]): void {
    const keys = new Set(this.#idle.map(({ key }) => key));
    for (const permissions of wanted) {
      const key = JSON.stringify(permissions);
      if (keys.has(key) || this.#closed || this.#all.size >= this.#options.size) continue;
      keys.add(key);
      const host = this.#start(permissions);
      // What cannot be started now is reported by the call that wants it.
      if (!("code" in host)) this.#idle.push({ key, host });
    }
  }

  /** Kills all processes. Jobs under way see their hosts die; who waits is sent away. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#all].map((host) => host.kill()));
  }

  /** Waits for leave to have one more busy process. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    if (this.#closed || signal.aborted) return false;
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const wake = () => resolve(!this.#closed);
    const leave = () => {
      const place = this.#waiting.indexOf(wake);
      if (place >= 0) this.#waiting.splice(place, 1);
      // Not in line any more: the turn has come already, and is used.
      if (place >= 0) resolve(false);
    };
    this.#waiting.push(wake);
    signal.addEventListener("abort", leave, { once: true });
    return await promise.finally(() => signal.removeEventListener("abort", leave));
  }

  /** Gives the turn to the next in line. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }

  async #take(key: string, permissions: SkillPermissions): Promise<Host | SkillFault> {
    for (;;) {
      const at = this.#idle.findIndex((kept) => kept.key === key);
      const host = this.#idle.splice(at, at < 0 ? 0 : 1)[0]?.host;
      if (host === undefined) break;
      if (host.alive && await host.ready() === null) return host;
      this.#all.delete(host);
    }
    await this.#makeRoom();
    const host = this.#start(permissions);
    if ("code" in host) return host;
    const failure = await host.ready();
    if (failure === null) return host;
    this.#all.delete(host);
    return failure;
  }

  /** There is always an idle one to give up: no more than `size` jobs run, and this is one of them. */
  async #makeRoom(): Promise<void> {
    while (this.#all.size >= this.#options.size) {
      const oldest = this.#idle.shift();
      if (oldest === undefined) return;
      this.#all.delete(oldest.host);
      await oldest.host.kill();
    }
  }

  #start(permissions: SkillPermissions): Host | SkillFault {
    try {
      const host = this.#options.start(permissions);
      this.#all.add(host);
      return host;
    } catch (error) {
      const message = `Skill's process could not be started: ${errorMessage(error)}`;
      return fault("skill_host_died", message);
    }
  }

  #keep(kept: Kept<Host>): void {
    if (!kept.host.alive) {
      this.#all.delete(kept.host);
      return;
    }
    kept.host.prepare();
    this.#idle.push(kept);
  }
}
