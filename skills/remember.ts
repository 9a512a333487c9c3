/**
 * The built-in skill `remember`: something to be known in later conversations.
 *
 * @module
 */
import { z } from "zod";
import { defineSkill, type Skill } from "./skill.ts";

/** Makes the skill `remember`. */
export function rememberSkill(): Skill {
  return defineSkill({
    name: "remember",
    description:
      "Keeps one thing for later conversations. Say it in one sentence that is understood by " +
      "itself, with names and dates in place of `he` and `tomorrow`. Saying the same thing again " +
      "changes nothing.",
    input: z.strictObject({
      text: z.string().min(1).max(2000).describe("What to keep"),
      kind: z.enum(["fact", "episode", "preference", "procedure"]).default("fact").describe(
        "fact: how something is; episode: what happened; preference: what somebody likes; " +
          "procedure: how something is done",
      ),
    }),
    risk: 1,
    idempotent: true,
    run: () => {
      throw new TypeError("Skill remember runs in a session only, which carries it out by itself");
    },
  });
}
