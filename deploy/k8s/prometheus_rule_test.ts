import assert from "node:assert/strict";
import { parse } from "yaml";
import { prometheusRule } from "./prometheus_rule.ts";

const FILE = new URL("components/monitoring/prometheus_rule.yaml", import.meta.url);
const ALERTS = new URL("../prometheus/alerts.yml", import.meta.url);

Deno.test("prometheusRule() holds the groups as they are, but for the hours between backups", () => {
  const other = { alert: "A", expr: "up == 0 or x < time() - 26 * 3600\n", for: "1m" };
  const made = (hours: number) => ({
    groups: [{
      name: "g",
      rules: [other, { alert: "BackupTooOld", expr: `x < time() - ${hours} * 3600`, for: "1h" }],
    }],
  });
  assert.deepEqual(parse(prometheusRule(JSON.stringify(made(26)))).spec, made(3));
});

Deno.test("the rules of the Prometheus operator are those of deploy/prometheus/alerts.yml", async () => {
  const wanted = prometheusRule(await Deno.readTextFile(ALERTS));
  if (Deno.env.get("UPDATE_DOCS") === "1") await Deno.writeTextFile(FILE, wanted);
  assert.equal(await Deno.readTextFile(FILE), wanted, "its head says how it is made anew");
});
