/**
 * `Idempotency-Key`: the ids that a POST gives to what it makes are derived from the key, so that its
 * repetition means the same command to the same actor, and the engine recognises it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { Answer, SubmitOptions } from "../engine/port.ts";
import type { Entropy } from "../entropy.ts";
import { SynapseError } from "../errors.ts";
import { isRejection, type Rejection } from "../../actors/behavior.ts";
import type { EdgeEnv } from "./env.ts";
import { CommandRefused } from "./problem.ts";

/** Visible ASCII. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/** Hex digits of a derived id: 128 bits. */
const ID_CHARS = 32;

/** Under which ids a request does its work. */
export interface RequestIdentity {
  /** For the command that it becomes. */
  readonly submit: SubmitOptions;
  /** The id of something that it makes; the same for each repetition. */
  id(prefix: string): string;
}

/**
 * Reads the request's `Idempotency-Key`; without one every id is new.
 *
 * A key belongs to one path. What a request makes under an id of the caller's own choice is as good as
 * a path of its own, since only the actor of that id can remember the key.
 *
 * @param chosen the id that the caller chose for what the request makes, if any
 * @throws {SynapseError} `malformed_request` if the key is not 1 to 255 visible ASCII characters
 */
export async function identify(
  c: Context<EdgeEnv>,
  entropy: Entropy,
  chosen: string | null = null,
): Promise<RequestIdentity> {
  const { tenant, name } = c.get("principal");
  const key = c.req.header("idempotency-key");
  if (key === undefined) return { submit: { sender: name }, id: (prefix) => entropy.id(prefix) };
  if (!KEY.test(key)) {
    throw new SynapseError(
      "malformed_request",
      `Idempotency-Key has ${key.length} characters, wanted 1 to 255 of visible ASCII`,
    );
  }
  const place = [tenant, c.req.method, c.req.path, key, ...(chosen === null ? [] : [chosen])];
  const hash = sha256(JSON.stringify(place));
  return {
    submit: { id: `idem_${hash}`, digest: sha256(await c.req.text()), sender: name },
    id: (prefix) => `${prefix}_${hash.slice(0, ID_CHARS)}`,
  };
}

/**
 * The answer to a command that its actor took. Marks the response of one that was a repetition.
 *
 * @throws {CommandRefused} if the actor refused it
 */
export function accepted(c: Context<EdgeEnv>, answer: Answer): Exclude<Answer, Rejection> {
  if (isRejection(answer)) throw new CommandRefused(answer);
  if (answer.repeated) c.header("Idempotency-Replayed", "true");
  return answer;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
