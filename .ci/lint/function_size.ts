/**
 * Functions stay short enough to be seen whole.
 *
 * @module
 */
import { FUNCTION_LINES_MAX, type Ratchet } from "../size_limits.ts";
import { repositoryPath } from "./repository_path.ts";

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

/**
 * Rule: a function has at most 70 lines, or what the ratchet allows. Lines of functions inside it are
 * theirs: a factory or a suite that only holds short functions is like a class.
 */
export function functionSize(ratchet: Ratchet): Deno.lint.Rule {
  return {
    create(context) {
      const path = repositoryPath(context.filename);
      /** Line breaks inside nested functions, for each function around the current node. */
      const nested: number[] = [];
      const enter = () => void nested.push(0);
      const leave = (node: FunctionNode) => {
        const breaks = context.sourceCode.getText(node).split("\n").length - 1;
        const lines = breaks + 1 - (nested.pop() ?? 0);
        const outer = nested.length - 1;
        if (outer >= 0) nested[outer] = (nested[outer] ?? 0) + breaks;

        const name = functionName(node);
        const allowed = ratchet[`${path}#${name}`]?.lines;
        const bound = allowed ?? FUNCTION_LINES_MAX;
        if (lines > bound) {
          context.report({
            node,
            message: `Function ${name} has ${lines} lines, at most ${bound}`,
          });
        } else if (allowed !== undefined && lines <= FUNCTION_LINES_MAX) {
          context.report({ node, message: `Function ${name} needs no entry in the ratchet` });
        }
      };
      return {
        FunctionDeclaration: enter,
        FunctionExpression: enter,
        ArrowFunctionExpression: enter,
        "FunctionDeclaration:exit": leave,
        "FunctionExpression:exit": leave,
        "ArrowFunctionExpression:exit": leave,
      };
    },
  };
}

/** Its own name, or that of what holds it. */
function functionName(node: FunctionNode): string {
  if (node.type !== "ArrowFunctionExpression" && node.id) return node.id.name;
  const { parent } = node;
  const holder = parent.type === "VariableDeclarator"
    ? parent.id
    : parent.type === "Property" || parent.type === "MethodDefinition" ||
        parent.type === "PropertyDefinition"
    ? parent.key
    : null;
  return holder?.type === "Identifier" ? holder.name : "(anonymous)";
}
