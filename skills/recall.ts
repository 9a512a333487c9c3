/**
 * The built-in skill `recall`: what is known from earlier conversations.
 *
 * @module
 */
import { z } from "zod";
import { defineSkill, type Skill } from "./skill.ts";

/** Makes the skill `recall`. */
export function recallSkill(): Skill {
  return defineSkill({
    name: "recall",
    description: "Looks for what was remembered in earlier conversations, and returns the items " +
      "that are nearest to the query, best first. They are notes, and may be out of date.",
    input: z.strictObject({
      query: z.string().min(1).max(2000).describe("What to look for, in words or as a question"),
      kinds: z.array(z.enum(["fact", "episode", "preference", "procedure"])).min(1).max(4)
        .optional().describe("Only items of these kinds; all unless given"),
      k: z.int().min(1).max(50).default(5).describe("How many items at most"),
    }),
    risk: 0,
    idempotent: true,
    run: () => {
      throw new TypeError("Skill recall runs in a session only, which carries it out by itself");
    },
  });
}
