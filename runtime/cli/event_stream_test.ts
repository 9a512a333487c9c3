import assert from "node:assert/strict";
import { EventStreamParser } from "./event_stream.ts";

const STREAM = ': hello\r\nretry: 250\n\nid: 1\nevent: turn.started\ndata: {"a":1}\n\n' +
  "id: 1.1\rdata: two\rdata: lines\r\rdata:no space\n\nevent: empty\n\ndata\n\n";

const EVENTS = [
  { event: "turn.started", id: "1", data: '{"a":1}' },
  { event: "message", id: "1.1", data: "two\nlines" },
  { event: "message", id: "1.1", data: "no space" },
  { event: "message", id: "1.1", data: "" },
];

Deno.test("EventStreamParser.push() gives the same events however the text is cut", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const parser = new EventStreamParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) {
      events.push(...parser.push(STREAM.slice(at, at + size)));
    }
    assert.deepEqual(events, EVENTS, `pieces of ${size}`);
    assert.equal(parser.retryMs, 250);
  }
});

Deno.test("EventStreamParser.push() keeps an event back until its blank line", () => {
  const parser = new EventStreamParser();
  assert.deepEqual(parser.push("data: half"), []);
  assert.deepEqual(parser.push("\n"), []);
  assert.deepEqual(parser.push("\n"), [{ event: "message", id: null, data: "half" }]);
});
