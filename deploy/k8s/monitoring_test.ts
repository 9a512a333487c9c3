import assert from "node:assert/strict";
import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import type { ICronJob } from "kubernetes-models/batch/v1/CronJob";
import type { IService } from "kubernetes-models/v1/Service";
import { parse } from "yaml";
import { pick, RENDERED, testRendered } from "./rendered.ts";

interface Scrape {
  readonly job_name: string;
  readonly metrics_path: string;
}

const read = (path: string) => Deno.readTextFileSync(new URL(path, import.meta.url));

const everything = () => RENDERED.get("everything")!;
const monitor = () => (pick(everything(), "ServiceMonitor/synapse") as IServiceMonitor).spec!;
const metrics = () => pick(everything(), "Service/synapse-metrics") as IService;

testRendered("the operator scrapes nodes as deploy/prometheus/prometheus.yml does", () => {
  const { scrape_configs }: { scrape_configs: Scrape[] } = parse(
    read("../prometheus/prometheus.yml"),
  );
  const own = scrape_configs.find(({ job_name }) => job_name === "synapse");
  const { jobLabel = "", endpoints = [] } = monitor();
  assert.equal(metrics().metadata?.labels?.[jobLabel], own?.job_name);
  assert.deepEqual(
    endpoints.map(({ port, path }) => [port, path]),
    [["metrics", own?.metrics_path]],
  );
});

testRendered("alerts name nodes by their pods, as `synapse nodes ls` does", () => {
  for (const { relabelings = [] } of monitor().endpoints ?? []) {
    assert.deepEqual(relabelings, [
      { sourceLabels: ["__meta_kubernetes_pod_name"], targetLabel: "instance" },
    ]);
  }
});

testRendered("each node is scraped by itself, also while it is not ready", () => {
  const { clusterIP, publishNotReadyAddresses } = metrics().spec!;
  assert.deepEqual([clusterIP, publishNotReadyAddresses], ["None", true]);
});

Deno.test("docs/deployment.md names the jobs that DependencyDown looks for", () => {
  const [, names = ""] = /up\{job=~"([a-z|]+)"\} == 0/.exec(read("../prometheus/alerts.yml")) ?? [];
  const [first, second, last] = names.split("|").map((name) => `\`${name}\``);
  const text = read("../../docs/deployment.md").replaceAll(/\s+/g, " ");
  assert.ok(text.includes(`in jobs that are called exactly ${first}, ${second} and ${last} (`));
});

Deno.test("BackupTooOld waits two hours longer than one backup does for the next", () => {
  const hours = (path: string) =>
    Number(
      /backup_last_success_timestamp_seconds\) < time\(\) - (\d+) \* 3600/.exec(read(path))?.[1],
    );
  const daily = /^OnCalendar=daily$/m.test(read("../systemd/synapse-backup.timer")) ? 24 : NaN;
  const { spec }: ICronJob = parse(read("components/backup/cron_job.yaml"));
  const hourly = /^\d+ \* \* \* \*$/.test(spec?.schedule ?? "") ? 1 : NaN;
  assert.equal(hours("../prometheus/alerts.yml"), daily + 2);
  assert.equal(hours("components/monitoring/prometheus_rule.yaml"), hourly + 2);
});
