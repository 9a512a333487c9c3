/**
 * Who may speak to whom, by the network policies. A policy too few or a port too many is no error to
 * Kubernetes, and no schema or selector shows it.
 *
 * @module
 */
import { BlockList, isIPv6 } from "node:net";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { type Manifest, ofKind } from "./manifest.ts";
import { selects } from "./selectors.ts";

type PolicySpec = NonNullable<INetworkPolicy["spec"]>;
type Policy = Manifest & { readonly spec: PolicySpec };
type Direction = "Ingress" | "Egress";

/** What both directions' rules are, with one name for whom they let through. */
interface Rule {
  readonly peers: NonNullable<NonNullable<PolicySpec["ingress"]>[number]["from"]> | undefined;
  readonly ports: NonNullable<PolicySpec["ingress"]>[number]["ports"];
}

/** A pod, as policies see it. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The numbers of its ports, by name. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** Somebody outside of the cluster's pods. */
export interface Host {
  readonly address: string;
}

/** What is asked for. */
export interface Door {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** The label that Kubernetes gives to each namespace. */
const NAMESPACE = "kubernetes.io/metadata.name";

/** Whether one may open a connection to the other: it has to be let out, and to be let in. */
export function mayReach(
  manifests: readonly Manifest[],
  from: Pod | Host,
  to: Pod | Host,
  door: Door,
): boolean {
  const policies = ofKind<{ spec: PolicySpec }>(manifests, "NetworkPolicy");
  const lets = (direction: Direction, self: Pod | Host, peer: Pod | Host) => {
    if ("address" in self) return true;
    const own = policies.filter((policy) => isAbout(policy, direction, self));
    return own.length === 0 ||
      own.some((policy) =>
        rulesOf(policy.spec, direction).some(({ peers, ports }) =>
          (isEmpty(peers) || peers.some((one) => matches(one, peer, policy.metadata.namespace))) &&
          (isEmpty(ports) || ports.some((one) => opens(one, door, to)))
        )
      );
  };
  return lets("Egress", from, to) && lets("Ingress", to, from);
}

function isAbout({ metadata, spec }: Policy, direction: Direction, pod: Pod): boolean {
  const types = spec.policyTypes ?? ["Ingress", ...(spec.egress === undefined ? [] : ["Egress"])];
  return metadata.namespace === pod.namespace && types.includes(direction) &&
    selects(spec.podSelector ?? {}, pod.labels);
}

function rulesOf({ ingress = [], egress = [] }: PolicySpec, direction: Direction): Rule[] {
  return direction === "Ingress"
    ? ingress.map(({ from, ports }) => ({ peers: from, ports }))
    : egress.map(({ to, ports }) => ({ peers: to, ports }));
}

/** A rule that names nobody is for everybody. */
function isEmpty(list: readonly unknown[] | undefined): list is undefined {
  return list === undefined || list.length === 0;
}

function matches(
  { ipBlock, namespaceSelector, podSelector }: NonNullable<Rule["peers"]>[number],
  peer: Pod | Host,
  namespace: string | undefined,
): boolean {
  if ("address" in peer) {
    return ipBlock !== undefined && isIn(peer.address, [ipBlock.cidr]) &&
      !isIn(peer.address, ipBlock.except ?? []);
  }
  if (ipBlock !== undefined) return false; // A pod's address is nobody's to know.
  const there = namespaceSelector === undefined
    ? peer.namespace === namespace
    : selects(namespaceSelector, { [NAMESPACE]: peer.namespace });
  return there && (podSelector === undefined || selects(podSelector, peer.labels));
}

function isIn(address: string, networks: readonly string[]): boolean {
  const family = (text: string) => isIPv6(text) ? "ipv6" : "ipv4";
  const list = new BlockList();
  for (const network of networks) {
    const [base = "", bits] = network.split("/");
    list.addSubnet(base, Number(bits), family(base));
  }
  return list.check(address, family(address));
}

function opens(
  { port, endPort, protocol = "TCP" }: NonNullable<Rule["ports"]>[number],
  door: Door,
  to: Pod | Host,
): boolean {
  if (protocol !== door.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "string") return "labels" in to && to.ports?.[port] === door.port;
  return door.port >= port && door.port <= (endPort ?? port);
}
