import assert from "node:assert/strict";
import { fileNames } from "./file_names.ts";

function faultsOf(path: string): string[] {
  return fileNames([{ path, text: "" }]).map(({ message }) => message);
}

Deno.test("fileNames() takes snake_case in files and folders", () => {
  for (
    const path of [
      "actors/session/on_message.ts",
      "runtime/edge/_routes.ts",
      "runtime/edge/console/page/app.tsx",
      "runtime/journal/migrations/sqlite/000001_start.sql",
      ".ci/lint_plugin.ts",
      "docs/CONTRIBUTING.md",
      "deploy/kubernetes/network-policy.yaml",
    ]
  ) assert.deepEqual(faultsOf(path), [], path);
});

Deno.test("fileNames() refuses other spellings", () => {
  assert.deepEqual(faultsOf("runtime/onMessage.ts"), ["Name is onMessage.ts, wanted snake_case"]);
  assert.deepEqual(faultsOf("runtime/on-message.ts").length, 1);
  assert.deepEqual(faultsOf("runtime/OnMessage.tsx").length, 1);
  assert.deepEqual(faultsOf("runtime/llm.spec.ts").length, 1);
  assert.deepEqual(faultsOf("runtime/Edge/a.ts"), ["Name is Edge, wanted snake_case"]);
});

Deno.test("fileNames() refuses words that say nothing, as a whole and as a part", () => {
  assert.match(faultsOf("runtime/utils/a.ts")[0] ?? "", /"utils"/);
  assert.match(faultsOf("runtime/session_manager.ts")[0] ?? "", /"manager"/);
  assert.match(faultsOf("runtime/test_helpers.ts")[0] ?? "", /"helpers"/);
  assert.deepEqual(faultsOf("runtime/score.ts"), []);
});
