import assert from "node:assert/strict";
import { redisKeys } from "./keys.ts";

const keys = redisKeys();

Deno.test("redisKeys() names the streams that others may use", () => {
  assert.equal(keys.mailbox(7), "synapse:{7}:mailbox");
  const session = { tenant: "default", type: "session", id: "ses_1" };
  assert.equal(keys.live(session), "synapse:{default/ses_1}:live");
  assert.equal(keys.ingress, "synapse:ingress");
  assert.equal(keys.ingress_dead, "synapse:ingress:dead");
  assert.equal(keys.egress, "synapse:egress");
  assert.equal(keys.ingress_reader, "synapse:{synapse:ingress}:reader");
  assert.equal(keys.egress_positions, "synapse:{synapse:egress}:positions");
  assert.equal(keys.answers("node_1"), "synapse:node:{node_1}:answers");
});

Deno.test("redisKeys() keeps actors apart, whatever their names hold", () => {
  const addresses = [
    { tenant: "a", type: "session", id: "b" },
    { tenant: "a", type: "b", id: "c" },
    { tenant: "a", type: "session", id: "b/c" },
    { tenant: "a/b", type: "session", id: "c" },
    { tenant: "a", type: "session", id: "b}:live{" },
    { tenant: "a%2Fb", type: "session", id: "c" },
  ];
  const names = addresses.map((address) => keys.live(address));
  assert.equal(new Set(names).size, addresses.length, names.join(" "));
  for (const name of names) assert.match(name, /^synapse:\{[^{}]+\}:live$/);
});
