/**
 * Whether selectors find what they look for, and nothing by accident. One that finds nothing is no
 * error to Kubernetes: the Service is silent, the policy protects nobody.
 *
 * @module
 */
import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import type { IPodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import type { IService } from "kubernetes-models/v1/Service";
import { type Manifest, nameOf, ofKind, podTemplates } from "./manifest.ts";

type Labels = Readonly<Record<string, string>>;
type LabelSelector = NonNullable<IDeployment["spec"]>["selector"];

/** A selector of an object, and the labels of what it looks for. */
interface Selection {
  readonly from: string;
  readonly selector: LabelSelector;
  readonly among: readonly Labels[];
}

/**
 * Selectors that find nothing, as lines that begin with the object's name.
 *
 * @param others labels of pods that are made outside of the manifests
 */
export function selectorFaults(
  manifests: readonly Manifest[],
  others: readonly Labels[],
): string[] {
  const pods = podTemplates(manifests);
  const among = [...pods.map(({ labels }) => labels), ...others];
  const own = [
    ...ofKind<IDeployment>(manifests, "Deployment"),
    ...ofKind<IDeployment>(manifests, "StatefulSet"),
  ].map((maker) => ({
    from: nameOf(maker),
    selector: maker.spec?.selector ?? {},
    among: pods.filter(({ from }) => from === nameOf(maker)).map(({ labels }) => labels),
  }));
  const spread = pods.flatMap(({ from, labels, spec }) =>
    (spec.topologySpreadConstraints ?? []).map(({ labelSelector }) => ({
      from,
      selector: labelSelector ?? {},
      among: [labels],
    }))
  );
  const budgets = ofKind<IPodDisruptionBudget>(manifests, "PodDisruptionBudget").map((budget) => ({
    from: nameOf(budget),
    selector: budget.spec?.selector ?? {},
    among,
  }));
  const services = ofKind<IService>(manifests, "Service").map((service) => ({
    from: nameOf(service),
    selector: { matchLabels: service.spec?.selector ?? {} },
    among,
  }));
  return [...own, ...spread, ...budgets, ...services, ...policies(manifests, among)]
    .filter(({ selector, among }) => !among.some((labels) => selects(selector, labels)))
    .map(({ from, selector }) => `${from}: ${JSON.stringify(selector)} finds no pod`)
    .concat(sharedPods(manifests), monitorFaults(manifests));
}

function policies(manifests: readonly Manifest[], among: readonly Labels[]): Selection[] {
  return ofKind<INetworkPolicy>(manifests, "NetworkPolicy").flatMap((policy) => {
    const peers = [
      ...(policy.spec?.ingress ?? []).flatMap(({ from = [] }) => from),
      ...(policy.spec?.egress ?? []).flatMap(({ to = [] }) => to),
    ];
    const selectors = peers.flatMap(({ podSelector, namespaceSelector }) =>
      podSelector && !namespaceSelector ? [podSelector] : []
    );
    return [policy.spec?.podSelector ?? {}, ...selectors]
      .map((selector) => ({ from: nameOf(policy), selector, among }));
  });
}

/** Pods that two makers take for theirs: each would end the other's. */
function sharedPods(manifests: readonly Manifest[]): string[] {
  const makers = ofKind<IDeployment>(manifests, "Deployment");
  return podTemplates(manifests).flatMap(({ from, labels }) =>
    makers.filter((maker) => nameOf(maker) !== from && selects(maker.spec?.selector ?? {}, labels))
      .map((maker) => `${nameOf(maker)}: takes the pods of ${from} for its own`)
  );
}

/** A ServiceMonitor looks for Services, and for a port in them. */
function monitorFaults(manifests: readonly Manifest[]): string[] {
  const services = ofKind<IService>(manifests, "Service");
  return ofKind<IServiceMonitor>(manifests, "ServiceMonitor").flatMap((monitor) => {
    const selector: LabelSelector = monitor.spec?.selector ?? {};
    const selected = services.filter(({ metadata }) => selects(selector, metadata.labels ?? {}));
    const ports = selected.flatMap(({ spec }) => (spec?.ports ?? []).map(({ name }) => name));
    return (monitor.spec?.endpoints ?? []).filter(({ port }) => !ports.includes(port))
      .map(({ port }) => `${nameOf(monitor)}: no Service that it finds has the port ${port}`);
  });
}

/** Whether a selector finds these labels. An empty one finds all. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      const among = value !== undefined && values.includes(value);
      switch (operator) {
        case "In":
          return among;
        case "NotIn":
          return !among;
        case "Exists":
          return value !== undefined;
        default:
          return value === undefined;
      }
    });
}
