import assert from "node:assert/strict";
import { readHere } from "../prometheus/shipped_files.ts";
import { dashboardTypes, schemaOfGrafana } from "./dashboard_types.ts";

Deno.test("schemaOfGrafana() is of the version that Docker Compose starts", async () => {
  const compose = "services: { grafana: { image: registry.example:5000/grafana/grafana:12.4.0 } }";
  assert.equal(schemaOfGrafana(compose), "npm:@grafana/schema@12.4.0");
  const shipped = schemaOfGrafana(await readHere("../../docker-compose.yml"));
  assert.match(shipped, /^npm:@grafana\/schema@\d+\.\d+\.\d+$/);
});

Deno.test("dashboardTypes() declares each dashboard to be one", () => {
  assert.equal(
    dashboardTypes(['{"title":"a"}', '{"title":"b"}'], "npm:schema@1"),
    `import type { Dashboard } from "npm:schema@1";
export const d0: Dashboard = {"title":"a"};
export const d1: Dashboard = {"title":"b"};`,
  );
});
