import assert from "node:assert/strict";
import type { IIngress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import { limitsSchema } from "../../runtime/limits.ts";
import { pick, RENDERED, testRendered } from "./rendered.ts";
import { nodeConfig } from "./rollout_settings.ts";

const ingress = () => pick(RENDERED.get("production")!, "Ingress/synapse") as IIngress;

/** What ingress-nginx is told, by the last part of the annotation's name. */
function setting(name: string): string {
  return ingress().metadata?.annotations?.[`nginx.ingress.kubernetes.io/${name}`] ?? "";
}

/** A size as nginx writes it, in bytes. */
function bytesOf(size: string): number {
  const [, number, unit] = /^(\d+)([kmg])$/.exec(size) ?? [];
  return Number(number) * 1024 ** ("kmg".indexOf(unit ?? "") + 1);
}

testRendered(
  "the ingress lets through what the node does: long answers in pieces, and large requests",
  async () => {
    const limits = limitsSchema.parse((await nodeConfig()).limits);
    assert.equal(setting("proxy-buffering"), "off");
    for (const timeout of ["proxy-read-timeout", "proxy-send-timeout"]) {
      assert.ok(Number(setting(timeout)) * 1000 > limits.wait_ms, timeout);
    }
    // What is too large for the node is refused by the node, in its own words.
    assert.ok(bytesOf(setting("proxy-body-size")) > limits.request_bytes);
  },
);

testRendered(
  "the ingress belongs to the controller that it is written for, and every host has TLS",
  () => {
    const { spec } = ingress();
    assert.equal(spec?.ingressClassName, "nginx");
    const hosts = (spec.rules ?? []).map(({ host }) => host);
    const tls = spec.tls ?? [];
    assert.ok(hosts.length > 0 && !hosts.includes(undefined));
    assert.deepEqual(tls.flatMap(({ hosts = [] }) => hosts), hosts);
    for (const { secretName } of tls) assert.ok(secretName);
    // Else nobody makes that Secret.
    assert.ok(ingress().metadata?.annotations?.["cert-manager.io/cluster-issuer"]);
  },
);
