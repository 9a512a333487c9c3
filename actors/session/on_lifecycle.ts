/**
 * Create, fork, cancel, close, and the end of a turn's time.
 *
 * @module
 */
import type { Json, Rejection } from "../behavior.ts";
import type { CommandOf } from "./commands.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import { forgetAll } from "./on_memory.ts";
import { reject } from "./rejections.ts";
import { armWallTimer, closeTurn, endTurn, enforceBudgets } from "./turns.ts";

/** Starts a session. */
export function onCreate(draft: Draft, command: CommandOf<"session.create">): Json {
  draft.add(fact("session.created", { agent: command.agent, metadata: command.metadata }));
  return { id: draft.facts.id };
}

/** Starts a session from another one's past state. */
export function onFork(draft: Draft, command: CommandOf<"session.fork">): Json | Rejection {
  const { from, metadata, state } = command;
  if (typeof state !== "object" || state === null || !("agent" in state) || !state.agent) {
    return reject(
      "fork_invalid",
      `Session ${from.id} has no agent at seq ${from.seq}, so it cannot be forked there`,
    );
  }
  draft.add(fact("session.forked", { from, metadata, state }));
  return { id: draft.facts.id };
}

/** Stops the running turn; a message that waits starts the next. */
export function onCancel(draft: Draft, command: CommandOf<"turn.cancel">): Json | Rejection {
  const turn = draft.state.turn;
  if (!turn) return reject("turn_not_running", "Session runs no turn, so there is none to cancel");
  endTurn(draft, { kind: "cancelled", reason: command.reason });
  return { turn: turn.number };
}

/** Ends the session for good, and what memory has of it if that is wanted. Doing it again changes nothing. */
export function onClose(draft: Draft, command: CommandOf<"session.close">): Json {
  const { id } = draft.facts;
  if (draft.state.phase !== "closed") close(draft, command.reason);
  if (command.forget) forgetAll(draft, "the session was deleted");
  return { id };
}

function close(draft: Draft, reason: string | null): void {
  const why = reason === null ? "" : `: ${reason}`;
  if (draft.state.turn) {
    closeTurn(draft, { kind: "cancelled", reason: `the session was closed${why}` });
  }
  // The end of its task closes a child.
  if (draft.state.phase === "open") draft.add(fact("session.closed", { reason }));
}

/** Ends the turn if its wall time is over; else, unless people are waited for, looks again later. */
export function onExpire(draft: Draft, command: CommandOf<"turn.expire">): void {
  const turn = draft.state.turn;
  if (turn?.number !== command.turn || turn.waiting_since !== null) return;
  if (!enforceBudgets(draft)) armWallTimer(draft);
}
