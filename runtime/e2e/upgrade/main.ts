/**
 * The command `deno task rehearse:upgrade`: upgrades a cluster of an earlier version of this repository
 * to the work tree, node by node and under load, and ends with 0 if no promise was broken, with 1 if one
 * was, and with 2 if there is nothing to begin with.
 *
 *     --from REF    a commit, branch or tag; the last release unless given, or before there is one the
 *                   newest commit whose journal had another schema
 *
 * @module
 */
import { parseArgs } from "node:util";
import { errorMessage } from "../../errors.ts";
import { EarlierProgram, NoEarlierProgram } from "./earlier_program.ts";
import { rehearse } from "./rehearsal.ts";

/** Runs it. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: { from: { type: "string" } } });
    await using earlier = await EarlierProgram.unpack({ ref: values.from ?? null });
    await rehearse(earlier, console.log);
    console.log("Nothing acknowledged was lost, done twice or out of order");
    return 0;
  } catch (error) {
    if (error instanceof NoEarlierProgram || error instanceof TypeError) {
      console.error(errorMessage(error));
      return 2;
    }
    console.error(error);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
