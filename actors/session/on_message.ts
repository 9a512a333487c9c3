/**
 * User messages: where one goes that arrives during a turn.
 *
 * @module
 */
import type { Json, Rejection } from "../behavior.ts";
import type { CommandOf } from "./commands.ts";
import type { Draft } from "./draft.ts";
import { fact, type Payload } from "./events.ts";
import { reject } from "./rejections.ts";
import { closeTurn, startTurn } from "./turns.ts";

/** Accepts a message. */
export function onMessageSend(draft: Draft, command: CommandOf<"message.send">): Json | Rejection {
  const { turn, queue, agent } = draft.state;
  const { message_id, content } = command;
  const limit = draft.facts.limits.mailbox_per_session;
  const waiting = queue.length + (turn?.injected.length ?? 0);
  if (waiting >= limit) {
    return reject(
      "mailbox_full",
      `Session has ${waiting} messages waiting, wanted fewer than ${limit}`,
      { limit },
    );
  }
  const choice = command.on_busy ?? agent?.spec.on_busy ?? "queue";
  if (turn && choice === "reject") {
    return reject(
      "session_busy",
      `Session is in turn ${turn.number}, and the message must not wait`,
      {
        turn: turn.number,
      },
    );
  }
  if (turn && choice === "interrupt" && draft.state.parent) {
    return reject(
      "session_busy",
      `Session works for session ${draft.state.parent.id}, and a message must not end that; wanted queue or inject, or cancel the turn`,
      { turn: turn.number },
    );
  }
  const disposition = (turn ? choice : "start") as Payload<"message.received">["disposition"];
  // First the end of the turn: what had not joined it goes back to the queue, behind this message.
  if (turn && disposition === "interrupt") {
    closeTurn(draft, { kind: "cancelled", reason: `interrupted by message ${message_id}` });
  }
  draft.add(fact("message.received", { message_id, content, disposition }));
  startTurn(draft);
  return { message_id, disposition, turn: draft.state.turn?.number ?? null };
}
