/**
 * An error without a code tells its catcher nothing that it could act on.
 *
 * @module
 */
import { isTest } from "../tidy/source_file.ts";
import { repositoryPath } from "./repository_path.ts";

const PLAIN = new Set(["Error", "TypeError", "RangeError"]);

/** Rule: `runtime/` and `actors/` raise coded errors, or break an invariant. */
export const noPlainError: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (!/^(runtime|actors)\//.test(path) || isTest(path)) return {};
    const check = (node: Deno.lint.NewExpression | Deno.lint.CallExpression) => {
      if (node.callee.type !== "Identifier" || !PLAIN.has(node.callee.name)) return;
      context.report({
        node,
        message: `${node.callee.name} has no code that a caller could compare`,
        hint:
          "Throw a SynapseError, or use invariant() for what cannot be; a decider returns a Rejection",
      });
    };
    return { NewExpression: check, CallExpression: check };
  },
};
