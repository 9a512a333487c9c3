/**
 * What it takes to write an actor, and to test it.
 *
 * @module
 */
export * from "./behavior.ts";
export * from "./invariant.ts";
export * from "./scenario.ts";
