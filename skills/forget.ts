/**
 * The built-in skill `forget`: what was remembered and is not to be known any more.
 *
 * @module
 */
import { z } from "zod";
import { defineSkill, type Skill } from "./skill.ts";

/** Makes the skill `forget`. */
export function forgetSkill(): Skill {
  return defineSkill({
    name: "forget",
    description: "Removes items from memory for good, because they are wrong, out of date, or " +
      "somebody wants them gone.",
    input: z.strictObject({
      ids: z.array(z.string().min(1).max(100)).min(1).max(100)
        .describe("The items' ids, as recall gives them"),
    }),
    // Whoever knew it knows it no more.
    risk: 2,
    idempotent: true,
    run: () => {
      throw new TypeError("Skill forget runs in a session only, which carries it out by itself");
    },
  });
}
