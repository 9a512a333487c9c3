/**
 * Test support: a node as Kubernetes keeps it: probed until it is gone, and ended by preStop, SIGTERM
 * and at last SIGKILL.
 *
 * @module
 */
import type { ProbeSettings, RolloutSettings } from "../../../deploy/k8s/rollout_settings.ts";
import { systemClock } from "../../clock.ts";
import type { Endpoint } from "./balancer.ts";
import type { Member } from "./member.ts";

/** How late the balancer hears that a pod ends, in milliseconds: the time for which preStop is there. */
const NEWS_MS = 1000;

/** What a Deployment sees of a pod. */
export interface PodState {
  readonly revision: "old" | "new";
  /** Ready for long enough. */
  readonly available: boolean;
  /** Whether its end has begun: then it counts no more. */
  readonly leaving: boolean;
}

/** How a pod ended. */
export interface PodEnd {
  readonly id: string;
  /** Of its process; null if it had to be killed. */
  readonly code: number | null;
  /** From SIGTERM until it was gone, in milliseconds. */
  readonly ms: number;
}

/** A pod of one node. */
export class Pod implements Endpoint {
  readonly member: Member;
  readonly #revision: PodState["revision"];
  readonly #settings: RolloutSettings;
  readonly #gone = new AbortController();
  /** A kubelet keeps none. */
  readonly #connections = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  /** Since when it has answered that it is ready, by the monotonic clock; null while it does not. */
  #ready_at: number | null = null;
  #leaving_at: number | null = null;
  #probing: Promise<void> | null = null;

  constructor(member: Member, revision: PodState["revision"], settings: RolloutSettings) {
    this.member = member;
    this.#revision = revision;
    this.#settings = settings;
  }

  get id(): string {
    return this.member.id;
  }

  get url(): string {
    return this.member.url;
  }

  /** Begins to probe it. Its node may not have been started yet. */
  watch(): void {
    this.#probing = this.#probeOn();
  }

  /** Whether a balancer leads new connections to it now. */
  get reachable(): boolean {
    const leaving = this.#leaving_at;
    if (leaving !== null && systemClock.monotonic() >= leaving + NEWS_MS) return false;
    return this.#ready_at !== null;
  }

  /** What a Deployment sees of it. */
  get state(): PodState {
    const since = this.#ready_at;
    const age = since === null ? -1 : systemClock.monotonic() - since;
    return {
      revision: this.#revision,
      available: age >= this.#settings.min_ready_ms,
      leaving: this.#leaving_at !== null,
    };
  }

  /** Ends it as a kubelet does. */
  async end(): Promise<PodEnd> {
    const { pre_stop_ms, grace_ms } = this.#settings;
    this.#leaving_at = systemClock.monotonic();
    await systemClock.sleep(pre_stop_ms);
    const over = new AbortController();
    const begun = systemClock.monotonic();
    const code = await Promise.race([
      this.member.process.terminate().then(({ code }) => code),
      systemClock.sleep(grace_ms - pre_stop_ms, over.signal).then(() => null),
    ]);
    over.abort();
    const ms = systemClock.monotonic() - begun;
    if (code === null) await this.member.process.kill();
    await this.forget();
    return { id: this.id, code, ms };
  }

  /** Probes it no more; once or more often. */
  async forget(): Promise<void> {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    await this.#probing;
    this.#connections.close();
  }

  async #probeOn(): Promise<void> {
    const { startup, readiness } = this.#settings;
    const gone = this.#gone.signal;
    while (!gone.aborted && !await this.#answers(startup)) {
      await systemClock.sleep(startup.period_ms, gone);
    }
    for (let failures = 0; !gone.aborted;) {
      failures = await this.#answers(readiness) ? 0 : failures + 1;
      if (failures === 0) this.#ready_at ??= systemClock.monotonic();
      if (failures >= readiness.failures) this.#ready_at = null;
      await systemClock.sleep(readiness.period_ms, gone);
    }
  }

  async #answers({ path, timeout_ms }: ProbeSettings): Promise<boolean> {
    const [late, answered] = [new AbortController(), new AbortController()];
    const patience = systemClock.sleep(timeout_ms, answered.signal).then(() => {
      if (!answered.signal.aborted) late.abort();
    });
    try {
      const response = await fetch(`${this.url}${path}`, {
        client: this.#connections,
        signal: late.signal,
      });
      await response.body?.cancel();
      return response.status >= 200 && response.status < 400;
    } catch {
      return false;
    } finally {
      answered.abort();
      await patience;
    }
  }
}
