import assert from "node:assert/strict";
import { extractMessage, readExtraction } from "../memory/extraction.ts";
import { extractLines } from "./demo_extraction.ts";

const found = (conversation: string) => readExtraction(extractLines(extractMessage(conversation)));

Deno.test("extractLines() finds what the user says of themselves, and nothing that others say", () => {
  assert.deepEqual(
    found(
      "user: Hello! I like green tea. Do I like coffee?\n" +
        "user: My dog is called Rex. Always greet me in French!\n" +
        'assistant: I like you too. My "name" is Demo.',
    ),
    [
      { kind: "preference", text: "The user said: I like green tea." },
      { kind: "fact", text: "The user said: My dog is called Rex." },
      { kind: "procedure", text: "The user said: Always greet me in French!" },
    ],
  );
  assert.deepEqual(found("user: What time is it?\nassistant: Noon"), []);
});

Deno.test("extractLines() keeps no directive, and not too much", () => {
  assert.deepEqual(found("user: /say I like tea"), []);
  assert.equal(found(`user: ${"I like tea. ".repeat(50)}`).length, 5);
});
