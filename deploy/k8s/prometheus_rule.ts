/**
 * The alerts as the Prometheus operator takes them, made from `deploy/prometheus/alerts.yml`.
 *
 * @module
 */
import { parse, stringify } from "yaml";

const HEAD = `# Made from deploy/prometheus/alerts.yml. Change that, then:
#   UPDATE_DOCS=1 deno task test:unit deploy/k8s/prometheus_rule_test.ts
# One thing is different: components/backup makes a backup each hour, so BackupTooOld waits 3 hours.
`;

interface Group {
  readonly rules: readonly { readonly alert: string; readonly expr: string }[];
}

/** The text of `components/monitoring/prometheus_rule.yaml`. */
export function prometheusRule(alerts: string): string {
  const { groups: shipped } = parse(alerts) as { groups: readonly Group[] };
  const groups = shipped.map((group) => ({ ...group, rules: group.rules.map(forHourlyBackups) }));
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

/** With a backup each hour, one that is a day old is very late. Both have two hours to spare. */
function forHourlyBackups<R extends Group["rules"][number]>(rule: R): R {
  if (rule.alert !== "BackupTooOld") return rule;
  return { ...rule, expr: rule.expr.replace(" - 26 * 3600", " - 3 * 3600") };
}
