/**
 * Every bound of the runtime in one table: its unit, default, range, and what happens at it. The
 * configuration's section `limits` may change each.
 *
 * @module
 */
import { z } from "zod";

const count = (fallback: number, low: number, high: number, what: string) =>
  z.int().min(low).max(high).default(fallback).describe(what);

/** The shape of the section `limits`, with its defaults. */
export const limitsSchema = z.strictObject({
  mailbox_per_session: count(
    100,
    1,
    100_000,
    "Messages of one session accepted and not yet handled, and messages queued behind its running turn; one more gets 429 with Retry-After",
  ),
  mailbox_total: count(
    10_000,
    1,
    1_000_000,
    "Commands of all actors of this node being handled; one more gets 429 with Retry-After",
  ),
  message_bytes: count(262_144, 1024, 16_777_216, "A message's UTF-8 bytes; a longer one gets 413"),
  request_bytes: count(
    1_048_576,
    1024,
    67_108_864,
    "An HTTP request's body; a longer one gets 413",
  ),
  metadata_bytes: count(16_384, 256, 1_048_576, "A session's metadata as JSON; more gets 413"),
  skill_output_bytes: count(
    1_048_576,
    1024,
    67_108_864,
    "A skill's result as JSON, kept whole once in the journal; a larger one makes the call fail",
  ),
  skill_output_model_chars: count(
    16_384,
    256,
    4_194_304,
    "Characters of a skill's result that the model sees; the rest is cut and says so",
  ),
  skill_calls_per_answer: count(64, 1, 1024, "Skill calls of one model answer; those beyond fail"),
  delegation_depth: count(
    3,
    0,
    16,
    "Levels of sessions below one that nobody delegated to; a call of `delegate` on the last fails",
  ),
  children_open: count(
    8,
    1,
    1024,
    "Sessions that one session has delegated to and waits for; one more call of `delegate` fails",
  ),
  children_total: count(
    100,
    1,
    100_000,
    "Sessions that one session delegates to in its life; one more call of `delegate` fails",
  ),
  schedules_per_session: count(
    20,
    1,
    200,
    "Schedules of one session that are not closed; one more is refused",
  ),
  memory_unwritten: count(
    1000,
    1,
    100_000,
    "Changes that one session has for memory and that memory has yet to take; one more call of `remember` fails",
  ),
  command_attempts: count(
    5,
    1,
    100,
    "Tries of a command that makes its actor throw; then it is a dead letter",
  ),
  snapshot_events: count(100, 1, 100_000, "Events after which the next commit writes a snapshot"),
  idle_ms: count(
    30_000,
    10,
    86_400_000,
    "Milliseconds without work after which an actor leaves memory",
  ),
  active_actors: count(
    20_000,
    1,
    10_000_000,
    "Actors in memory; beyond it the longest idle one leaves",
  ),
  commit_actors: count(256, 1, 10_000, "Actors in one commit; the others wait for the next"),
  effects: count(
    1024,
    1,
    100_000,
    "Effects of one kind under way on this node; the others wait their turn",
  ),
  live_entries: count(
    4096,
    16,
    1_000_000,
    "Pieces of answers kept per session (1 MiB of text at most); a watcher behind them gets the finished text. Also entries waiting for a watcher; with more it is cut off",
  ),
  live_idle_ms: count(
    60_000,
    1000,
    86_400_000,
    "Milliseconds that a session's pieces are kept after its last watcher left",
  ),
  watchers: count(
    10_000,
    1,
    1_000_000,
    "Open event streams and requests with `?wait` together; one more gets 429 with Retry-After",
  ),
  wait_ms: count(300_000, 1000, 3_600_000, "The longest `?wait`; a longer one is cut to it"),
  drain_ms: count(
    250,
    0,
    600_000,
    "Milliseconds that a stopping node lets skill calls under way finish",
  ),
  idempotency_ms: count(
    86_400_000,
    60_000,
    2_592_000_000,
    "Milliseconds for which a repeated Idempotency-Key is recognised",
  ),
  closed_retention_ms: z.int().min(60_000).nullable().default(null)
    .describe(
      "Milliseconds after which a closed session is deleted for good; null keeps it for ever",
    ),
});

/** The bounds in force. */
export type Limits = z.output<typeof limitsSchema>;

/** The bounds that nobody changed. */
export const DEFAULT_LIMITS: Limits = limitsSchema.parse({});
