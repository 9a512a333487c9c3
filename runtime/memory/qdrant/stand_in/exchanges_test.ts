import assert from "node:assert/strict";
import { answersOf, EXCHANGES, type Recorded } from "./exchanges.ts";
import recorded from "./recorded_answers.json" with { type: "json" };
import { QdrantStandIn } from "./server.ts";

/** Sees to it that a server answers as the recorded one did. */
function assertAsRecorded({ answers }: Recorded): void {
  assert.equal(recorded.answers.length, EXCHANGES.length);
  for (const [i, [method, path, body]] of EXCHANGES.entries()) {
    assert.deepEqual(answers[i], recorded.answers[i], `${method} ${path} ${JSON.stringify(body)}`);
  }
}

Deno.test(`The stand-in answers as Qdrant ${recorded.version} did`, async () => {
  await using server = new QdrantStandIn();
  assertAsRecorded(await answersOf(server.url));
});

const url = Deno.env.get("QDRANT_URL");
Deno.test({
  name: `A Qdrant answers as Qdrant ${recorded.version} did` +
    (url === undefined ? " (passed over: QDRANT_URL is not set)" : ""),
  ignore: url === undefined,
  async fn() {
    assertAsRecorded(await answersOf(url!, Deno.env.get("QDRANT_API_KEY")));
  },
});
