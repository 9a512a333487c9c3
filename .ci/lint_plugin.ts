/**
 * House rules for `deno lint`, and so for editors: what needs a parser. See `deno.json`,
 * `lint.plugins`.
 *
 * @module
 */
import { functionSize } from "./lint/function_size.ts";
import { noAmbient } from "./lint/no_ambient.ts";
import { noPlainError } from "./lint/no_plain_error.ts";
import { RATCHET } from "./size_limits.ts";

/** The rules, by the name under which they are reported. */
const plugin: Deno.lint.Plugin = {
  name: "synapse",
  rules: {
    "no-ambient": noAmbient,
    "no-plain-error": noPlainError,
    "function-size": functionSize(RATCHET),
  },
};

export default plugin;
