import assert from "node:assert/strict";
import { nodeUrl } from "./node_url.ts";

Deno.test("a node is asked where it listens, and by loopback where that is everywhere", () => {
  const cases = [
    ["127.0.0.1", "http://127.0.0.1:8000"],
    ["127.0.0.2", "http://127.0.0.2:8000"],
    ["node.example.org", "http://node.example.org:8000"],
    ["0.0.0.0", "http://127.0.0.1:8000"],
    ["::", "http://[::1]:8000"],
    ["[::]", "http://[::1]:8000"],
    ["::1", "http://[::1]:8000"],
    ["[fd00::5]", "http://[fd00::5]:8000"],
  ] as const;
  for (const [host, url] of cases) {
    assert.equal(nodeUrl(host, 8000), url);
    assert.equal(new URL(url).port, "8000");
  }
});
