/**
 * The built-in skill `delegate`: another agent does a task in a session of its own.
 *
 * @module
 */
import { z } from "zod";
import { defineSkill, type Skill } from "./skill.ts";

/** Makes the skill `delegate`. */
export function delegateSkill(): Skill {
  return defineSkill({
    name: "delegate",
    description:
      "Has another agent do a task, and returns its final answer. The agent sees nothing " +
      "of this conversation, so the task must say all that it needs to know. Several calls in one " +
      "answer run at the same time.",
    input: z.strictObject({
      agent: z.string().min(1).max(64).optional()
        .describe("The agent's name; the built-in assistant unless given"),
      task: z.string().min(1).max(100_000).describe("What to do, and what to answer with"),
    }),
    output: z.string(),
    // What the other agent does is judged call by call, as in any session.
    risk: 1,
    idempotent: true,
    run: () => {
      throw new TypeError("Skill delegate runs in a session only, which carries it out by itself");
    },
  });
}
