import assert from "node:assert/strict";
import type { IDeployment } from "kubernetes-models/apps/v1/Deployment";
import type { IHorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { parse } from "yaml";
import { faultsOf } from "../prometheus/expressions.ts";
import { ofKind } from "./manifest.ts";
import { pick, RENDERED, testRendered } from "./rendered.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(path, import.meta.url));

type Metrics = NonNullable<NonNullable<IHorizontalPodAutoscaler["spec"]>["metrics"]>;

/** `cpu 70`: the name, and the percentage of what pods request, or the value. */
function shown({ resource, external }: Metrics[number]): string {
  return resource
    ? `${resource.name} ${resource.target.averageUtilization}`
    : `${external?.metric.name} ${external?.target.value}`;
}

testRendered(
  "autoscalers look at what they should, and no Deployment names a number besides",
  () => {
    const seen: Record<string, string[]> = {};
    for (const [overlay, manifests] of RENDERED) {
      for (const scaler of ofKind<IHorizontalPodAutoscaler>(manifests, "HorizontalPodAutoscaler")) {
        const { kind, name } = scaler.spec!.scaleTargetRef;
        const target = pick(manifests, `${kind}/${name}`) as IDeployment;
        assert.equal(target.spec?.replicas, undefined, `${overlay}, ${name}`);
        seen[`${overlay}, ${name}`] = (scaler.spec!.metrics ?? []).map(shown);
      }
    }
    const own = ["cpu 70", "memory 80"];
    assert.deepEqual(seen, {
      "production, synapse": own,
      "production-migration, synapse": own,
      "everything, synapse": [...own, "synapse_mailbox_lag_p99_seconds 1"],
      "everything, synapse-edge": ["cpu 70"],
    });
  },
);

Deno.test("the external metric of the autoscaler is one that the adapter makes of ours", () => {
  interface Rule {
    name: { as: string };
    seriesQuery: string;
    metricsQuery: string;
  }
  const { rules } = parse(read("components/mailbox-lag/adapter_rules.yaml")) as {
    rules: { external: Rule[] };
  };
  const component = read("components/mailbox-lag/kustomization.yaml");
  const [, wanted] = /metric:\s+name: (\S+)/.exec(component) ?? [];
  assert.deepEqual(rules.external.map(({ name }) => name.as), [wanted]);
  for (const { seriesQuery, metricsQuery } of rules.external) {
    assert.match(seriesQuery, /^synapse_mailbox_lag_seconds_bucket\{/);
    assert.deepEqual(faultsOf(metricsQuery.replace("<<.LabelMatchers>>", "")), []);
  }
});
