import assert from "node:assert/strict";
import { costUsd } from "./pricing.ts";

const prices = { small: { input_usd_per_mtok: 0.15, output_usd_per_mtok: 0.6 } };
const tokens = { input_tokens: 1000, output_tokens: 500 };

Deno.test("costUsd() adds up both directions at the model's price", () => {
  assert.equal(costUsd(prices, { requested: "small", answered: "small" }, tokens), 0.00045);
});

Deno.test("costUsd() falls back to the model that answered", () => {
  assert.equal(costUsd(prices, { requested: "latest", answered: "small" }, tokens), 0.00045);
});

Deno.test("costUsd() is 0 when no price is known", () => {
  assert.equal(costUsd(prices, { requested: "large", answered: "large" }, tokens), 0);
  assert.equal(costUsd(prices, { requested: "constructor", answered: "x" }, tokens), 0);
});
