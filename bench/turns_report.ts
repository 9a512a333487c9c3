/**
 * What both benchmarks of turns are told by their arguments, and print.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { invariant } from "../actors/invariant.ts";
import { type Store, STORES } from "./stores.ts";

/** Measures with each number of sessions, and prints the figures as JSON. */
export async function reportTurns<Figures>(
  run: (store: Store, sessions: number, turns: number) => Promise<Figures>,
): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      store: { type: "string", default: "sqlite" },
      sessions: { type: "string", default: "1,16,64,256" },
      turns: { type: "string", default: "2000" },
    },
  });
  invariant(
    Object.hasOwn(STORES, values.store),
    `B6 --store is ${Object.keys(STORES).join(" or ")}`,
  );
  await using store = await STORES[values.store as keyof typeof STORES]();
  const raw_commits_per_second = await store.rawCommits();
  const results: Figures[] = [];
  for (const sessions of values.sessions.split(",").map(Number)) {
    results.push(await run(store, sessions, Number(values.turns)));
  }
  console.log(JSON.stringify({ store: values.store, raw_commits_per_second, results }, null, 2));
}
