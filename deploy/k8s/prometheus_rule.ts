/**
 * The alerts as the Prometheus operator takes them, made from `deploy/prometheus/alerts.yml`.
 *
 * @module
 */
import { parse, stringify } from "yaml";

const HEAD = `# Made from deploy/prometheus/alerts.yml. Change that, then:
#   UPDATE_DOCS=1 deno task test:unit deploy/k8s/prometheus_rule_test.ts
`;

/** The text of `components/monitoring/prometheus_rule.yaml`. */
export function prometheusRule(alerts: string): string {
  const { groups } = parse(alerts) as { groups: unknown };
  const rule = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: {
      name: "synapse",
      labels: {
        "app.kubernetes.io/name": "synapse",
        "app.kubernetes.io/component": "metrics",
      },
    },
    spec: { groups },
  };
  return HEAD + stringify(rule, { lineWidth: 0 });
}
