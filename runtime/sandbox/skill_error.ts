/**
 * What is wrong with a skill, said by the code around it.
 *
 * Not a `SynapseError`: this code is part of the worker's script, which should not have to be made
 * anew whenever a code is added to the table of the runtime.
 *
 * @module
 */

/** A skill did not keep to the contract. Becomes a fault before it leaves the sandbox. */
export class SkillError extends Error {
  override readonly name = "SkillError";
}
