/**
 * What decides how nodes are updated on Kubernetes, out of the manifests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import type { IHorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import type { IProbe } from "kubernetes-models/v1/Probe";
import { parse } from "yaml";

/** How a kubelet asks a container how it is. */
export interface ProbeSettings {
  readonly path: string;
  readonly period_ms: number;
  readonly timeout_ms: number;
  /** So many failures one after the other count. */
  readonly failures: number;
}

/** How the pods of a Deployment are replaced. */
export interface RolloutSettings {
  /** So many pods more than wanted, at the most. */
  readonly max_surge: number;
  /** So many available pods fewer than wanted, at the most. */
  readonly max_unavailable: number;
  /** How long a new pod is ready before it counts as available, in milliseconds. */
  readonly min_ready_ms: number;
  /** How long a pod goes on before SIGTERM, in milliseconds. */
  readonly pre_stop_ms: number;
  /** How long a pod has from the beginning of its end until SIGKILL, in milliseconds. */
  readonly grace_ms: number;
  readonly startup: ProbeSettings;
  readonly readiness: ProbeSettings;
}

const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));

/** The Deployment of the nodes, as it is before overlays. */
export async function nodeDeployment(): Promise<IDeployment> {
  return parse(await read("node/deployment.yaml"));
}

/** The fewest nodes of production. */
export async function productionReplicas(): Promise<number> {
  const scaler: IHorizontalPodAutoscaler = parse(await read("overlays/production/autoscaler.yaml"));
  return whole(scaler.spec?.minReplicas, "minReplicas");
}

/** The configuration file of the nodes, as it is before overlays. */
export async function nodeConfig(): Promise<Record<string, unknown>> {
  return parse(await read("base/config.yaml"));
}

/**
 * Reads the settings of a Deployment of one container.
 *
 * @throws {assert.AssertionError} if one is missing, or of a form that is not understood here
 */
export function rolloutSettings({ spec }: IDeployment): RolloutSettings {
  const pod = spec?.template.spec;
  const container = pod?.containers[0];
  const update = spec?.strategy?.rollingUpdate;
  const [program, seconds] = container?.lifecycle?.preStop?.exec?.command ?? [];
  assert.equal(program, "sleep", "preStop");
  return {
    max_surge: whole(update?.maxSurge, "maxSurge"),
    max_unavailable: whole(update?.maxUnavailable, "maxUnavailable"),
    min_ready_ms: 1000 * whole(spec?.minReadySeconds ?? 0, "minReadySeconds"),
    pre_stop_ms: 1000 * whole(Number(seconds), "preStop"),
    grace_ms: 1000 * whole(pod?.terminationGracePeriodSeconds, "terminationGracePeriodSeconds"),
    startup: probeSettings(container?.startupProbe, "startupProbe"),
    readiness: probeSettings(container?.readinessProbe, "readinessProbe"),
  };
}

function probeSettings(probe: IProbe | undefined, name: string): ProbeSettings {
  const path = probe?.httpGet?.path;
  assert.ok(path, `${name} asks no path`);
  return {
    path,
    period_ms: 1000 * whole(probe?.periodSeconds, `${name}.periodSeconds`),
    timeout_ms: 1000 * whole(probe?.timeoutSeconds, `${name}.timeoutSeconds`),
    failures: whole(probe?.failureThreshold, `${name}.failureThreshold`),
  };
}

function whole(value: unknown, name: string): number {
  assert.ok(Number.isInteger(value), `${name} is ${value}, wanted a whole number`);
  return value as number;
}
