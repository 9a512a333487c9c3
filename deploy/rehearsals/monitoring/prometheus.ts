/**
 * A real Prometheus with the shipped files, in faster time.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Server } from "../../../.ci/services/server.ts";
import { makeServerFolder } from "../../../.ci/services/server_folder.ts";
import { freePort } from "../../../runtime/e2e/free_port.ts";
import { readHere } from "../../prometheus/shipped_files.ts";
import { FACTOR, fasterConfig, fasterRules, type Targets } from "./faster.ts";
import { startServerProgram } from "./server_program.ts";
import type { ActiveAlert } from "./verdict.ts";

/** For how long Prometheus takes a value for the present one, unless told otherwise, in milliseconds. */
const LOOKBACK_MS = 300_000;

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** The time in seconds, and the value as text. */
  readonly value: readonly [number, string];
}

interface RawAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

/** A running one. */
export class Prometheus implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts one that scrapes these. */
  static async start(targets: Targets): Promise<Prometheus> {
    const place = await makeServerFolder("Prometheus");
    const [config, rules] = [`${place.folder}/prometheus.yml`, `${place.folder}/alerts.yml`];
    await Deno.writeTextFile(rules, fasterRules(await readHere("alerts.yml")));
    const shipped = await readHere("prometheus.yml");
    await Deno.writeTextFile(config, fasterConfig(shipped, targets, rules));
    const port = freePort();
    const command = [
      "prometheus",
      `--config.file=${config}`,
      `--storage.tsdb.path=${place.folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${LOOKBACK_MS / FACTOR}ms`,
      "--log.level=warn",
    ];
    const service = "Prometheus";
    return new Prometheus(
      await startServerProgram({ service, port, command, readyPath: "/-/ready", place }),
    );
  }

  /** Alerts that are pending or fire. */
  async alerts(): Promise<readonly ActiveAlert[]> {
    const { alerts } = await this.#get<{ alerts: RawAlert[] }>("alerts");
    return alerts.map(({ labels, state }) => ({ name: labels.alertname ?? "", labels, state }));
  }

  /** What an expression is now. A scalar is a series without labels. */
  async query(expr: string): Promise<readonly Series[]> {
    const path = `query?query=${encodeURIComponent(expr)}`;
    const { resultType, result } = await this.#get<{ resultType: string; result: unknown }>(path);
    if (resultType === "vector") return result as Series[];
    return [{ metric: {}, value: result as Series["value"] }];
  }

  /** All that it has printed. */
  log(): Promise<string> {
    return this.#server.log();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #get<Data>(path: string): Promise<Data> {
    const response = await fetch(`${this.#server.url}/api/v1/${path}`);
    const answer = await response.json() as { status: string; error?: string; data: Data };
    assert.equal(answer.status, "success", `${path}: ${answer.error}`);
    return answer.data;
  }
}
