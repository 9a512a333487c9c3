/**
 * In the place of scheduler, kubelet and containers: every pod is bound to one machine, and said to run
 * and to be ready a moment later; a Job's is said to have succeeded, or to have failed if the program
 * does not take its command line; and one that is to go goes.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import { commandLineFault } from "../../command_line.ts";

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly args?: readonly string[] }[];
  };
  readonly status: { readonly phase: string };
}

const MACHINE = "stand-in";

/** Between two looks at the pods, in milliseconds. */
const LOOK_MS = 200;

/** How long a pod takes to be ready, in milliseconds. */
const READY_MS = 1000;

/**
 * Starts it.
 *
 * @param url the API, without a key
 */
export async function startStandInMachine(url: string): Promise<AsyncDisposable> {
  const call = async (method: string, path: string, body?: unknown, type = "application/json") => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { "content-type": type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return await response.json();
  };
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: MACHINE } };
  await call("POST", "nodes", node);
  const stop = new AbortController();
  const bound = new Map<string, number>();

  const look = async ({ metadata, spec, status }: Pod) => {
    const path = `namespaces/${metadata.namespace}/pods/${metadata.name}`;
    if (metadata.deletionTimestamp !== undefined) {
      await call("DELETE", path, { gracePeriodSeconds: 0 });
    } else if (spec.nodeName === undefined) {
      const target = { apiVersion: "v1", kind: "Node", name: MACHINE };
      bound.set(metadata.uid, systemClock.monotonic());
      await call("POST", `${path}/binding`, {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: metadata.name },
        target,
      });
    } else if (status.phase === "Pending" && since(bound.get(metadata.uid)) >= READY_MS) {
      const job = metadata.ownerReferences?.[0]?.kind === "Job";
      const change = { status: job ? ended(spec) : running(bound.size) };
      await call("PATCH", `${path}/status`, change, "application/merge-patch+json");
    }
  };

  const run = async () => {
    while (!stop.signal.aborted) {
      const { items }: { items: Pod[] } = await call("GET", "pods");
      for (const pod of items) await look(pod);
      await systemClock.sleep(LOOK_MS, stop.signal);
    }
  };
  const done = run();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
    },
  };
}

function since(moment: number | undefined): number {
  return moment === undefined ? 0 : systemClock.monotonic() - moment;
}

function ended({ containers }: Pod["spec"]) {
  const taken = containers.every(({ args = [] }) => commandLineFault(args) === null);
  return { phase: taken ? "Succeeded" : "Failed" };
}

function running(number: number) {
  const at = new Date(systemClock.now()).toISOString();
  return {
    phase: "Running",
    startTime: at,
    podIP: `10.1.${Math.floor(number / 250)}.${1 + number % 250}`,
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: at }],
  };
}
