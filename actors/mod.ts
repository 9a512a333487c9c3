/**
 * The actors, and what it takes to write one.
 *
 * @module
 */
export * from "./behavior.ts";
export * from "./invariant.ts";
export * from "./scenario.ts";
export { session } from "./session/behavior.ts";
