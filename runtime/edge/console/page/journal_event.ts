/**
 * A session's event as the API gives it.
 *
 * @module
 */
import type { SessionEvent } from "../../../../actors/session/events.ts";

/** An event with its place in the journal. A newer node may know types that this page does not. */
export type JournalEvent = SessionEvent & {
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  /** The id of the command that caused it. */
  readonly cause: string;
  readonly hash: string;
};
