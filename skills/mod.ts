/**
 * Everything that a skill's author needs.
 *
 * @module
 */
export * from "./skill.ts";
