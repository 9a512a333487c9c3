/**
 * Test support: one of a cluster's nodes, over all starts of its process, always at the same address.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Client } from "../../cli/client.ts";
import { systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import type { Taker } from "../../engine/placement.ts";
import type { NodeProcess } from "../node_process.ts";
import { launchArguments } from "../program.ts";
import type { Site } from "../site.ts";

/** What the configuration says of one node alone. */
export interface Role {
  readonly weight: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A node of a cluster. */
export class Member implements Taker {
  readonly id: string;
  readonly url: string;
  /** Speaks to it, whichever process that is. */
  readonly client: Client;
  readonly #site: Site;
  /** What its processes are told. */
  readonly env: Readonly<Record<string, string>>;
  #process: NodeProcess | null = null;
  #role: Role | null = null;
  /** Arguments of `deno` up to the main module, from its next start on. */
  launch: readonly string[] = launchArguments();

  /** @param env what all nodes of the cluster share */
  constructor(site: Site, { id, port, env }: {
    readonly id: string;
    readonly port: number;
    readonly env: Readonly<Record<string, string>>;
  }) {
    this.id = id;
    this.url = `http://127.0.0.1:${port}`;
    this.client = new Client(this.url, {
      apiKey: null,
      clock: systemClock,
      entropy: systemEntropy,
    });
    this.#site = site;
    this.env = {
      ...env,
      SYNAPSE_NODE_ID: id,
      SYNAPSE_PORT: String(port),
      SYNAPSE_DATA_DIR: `${site.root}/data-${id}`,
    };
  }

  /** Its share of the partitions, as its next start takes it. */
  get weight(): number {
    return this.#role?.weight ?? 1;
  }

  /** Has its next start be in that role, by a configuration file of its own. */
  play(role: Role): void {
    this.#role = role;
  }

  /** The process that runs, or ran last. */
  get process(): NodeProcess {
    assert.ok(this.#process, `Node ${this.id} was never started`);
    return this.#process;
  }

  /** Starts it and waits until it serves. */
  async start(): Promise<NodeProcess> {
    const env = { ...this.env };
    if (this.#role !== null) {
      const sections = { cluster: this.#role };
      env.SYNAPSE_CONFIG = await this.#site.writeConfig(`config-${this.id}.yaml`, sections);
    }
    return this.#process = await this.#site.start({ env, launch: this.launch });
  }

  /** SIGSTOP: it stands still, and its connections stay open. */
  pause(): void {
    Deno.kill(this.process.pid, "SIGSTOP");
  }

  /** SIGCONT: it goes on where it was. */
  resume(): void {
    Deno.kill(this.process.pid, "SIGCONT");
  }

  /** A figure of its `/metrics`, by its whole name with labels; 0 when it is not there. */
  async figure(name: string): Promise<number> {
    const response = await fetch(`${this.process.metricsUrl}/metrics`);
    const lines = (await response.text()).split("\n");
    const line = lines.find((line) => line.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  }

  /** The fields of each line that its process has logged with that message. */
  logged(msg: string): readonly Readonly<Record<string, unknown>>[] {
    return this.process.log.split("\n").filter((line) => line.includes(JSON.stringify(msg)))
      .map((line) => JSON.parse(line));
  }
}
