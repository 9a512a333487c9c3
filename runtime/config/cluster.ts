/**
 * What a node is among others: its share of the partitions, what it is called by, its leases.
 *
 * @module
 */
import { z } from "zod";
import type { ConfigFile } from "./config_file.ts";
import type { Config } from "./config_type.ts";
import { type ConfigFault, wrongValue } from "./fault.ts";
import { keyOf } from "./json_schema.ts";

/** The largest weight; that of most nodes is 1. */
const WEIGHT_MAX = 1000;

const LABEL_NAME = /^[a-z][a-z0-9_]{0,62}$/;
const LABEL_VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_NAME_WORDS = "1 to 63 of a-z, 0-9 and _, a letter first";

/** The section `cluster`. */
export const clusterSchema = z.strictObject({
  lease_ms: z.int().min(300).max(60_000).default(3000)
    .describe(
      "Milliseconds that a node keeps its partitions without renewing them; when it dies, others have them that much later",
    ),
  heartbeat_ms: z.int().min(50).max(20_000).default(1000)
    .describe(
      "Milliseconds between a node's signs of life, at most a third of `cluster.lease_ms`",
    ),
  weight: z.number().min(0).max(WEIGHT_MAX).default(1)
    .describe(
      "This node's share of the partitions, in proportion to the others' weights; 0: it serves the API and takes none",
    ),
  labels: z.record(
    z.string().regex(LABEL_NAME, LABEL_NAME_WORDS),
    z.string().regex(LABEL_VALUE)
      .meta({ accepted: "1 to 63 letters, digits, `.`, `_` and `-`, such as rack-4" }),
  ).default({})
    .describe("What people call this node by, such as `zone: a`; shown where nodes are listed"),
});

/** How the variable that stands for `cluster.weight` is read. */
export const weightVariable = {
  accepted: `a number from 0 to ${WEIGHT_MAX}`,
  read: (text: string): number | undefined => {
    const weight = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    return weight <= WEIGHT_MAX ? weight : undefined;
  },
};

/** Labels as the variable has them, in the order of their names: `kind=pod,zone=b`. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).sort().join();
}

/** How the variable that stands for `cluster.labels` is read. */
export const labelsVariable = {
  accepted: "NAME=VALUE with commas between, such as kind=pod,zone=b",
  read: (text: string): Readonly<Record<string, string>> | undefined => {
    const pairs = text.split(",").map((pair) => pair.trim().split("="));
    const good = pairs.every(([name = "", value = "", ...more]) =>
      LABEL_NAME.test(name) && LABEL_VALUE.test(value) && more.length === 0
    );
    return good ? Object.fromEntries(pairs) : undefined;
  },
};

/** What a node's place among others is made from. */
interface ClusterSources {
  /** Has the last word. */
  readonly environment: {
    readonly SYNAPSE_CLUSTER_WEIGHT?: number | undefined;
    readonly SYNAPSE_CLUSTER_LABELS?: Readonly<Record<string, string>> | undefined;
  };
  readonly file: ConfigFile;
  readonly journal: Pick<Config["journal"], "kind">;
}

/** Resolves the section `cluster`. What is wrong with it goes to `faults`. */
export function resolveCluster(
  section: z.output<typeof clusterSchema>,
  { environment, file, journal }: ClusterSources,
  faults: ConfigFault[],
): Config["cluster"] {
  const { SYNAPSE_CLUSTER_WEIGHT: own, SYNAPSE_CLUSTER_LABELS: labels } = environment;
  const { lease_ms, heartbeat_ms } = section;
  const weight = own ?? section.weight;
  if (heartbeat_ms * 3 > lease_ms) {
    const path = ["cluster", "heartbeat_ms"];
    const wanted = `at most a third of lease_ms, which is ${lease_ms}`;
    faults.push(wrongValue(keyOf(path), heartbeat_ms, wanted, file.sourceOf(path)));
  }
  if (weight === 0 && journal.kind === "sqlite") {
    const path = ["cluster", "weight"];
    const wanted = "more than 0 for a journal in a file: no other node can work on it";
    faults.push(
      own === undefined
        ? wrongValue(keyOf(path), weight, wanted, file.sourceOf(path))
        : wrongValue("SYNAPSE_CLUSTER_WEIGHT", weight, wanted, "environment"),
    );
  }
  return { ...section, weight, labels: labels ?? section.labels };
}
