/**
 * What others send in: a stream entry as a command, by the rules of the HTTP API.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { TENANT } from "../../edge/auth.ts";
import { requestFaults } from "../../edge/request_faults.ts";
import { cancelSchema, sendMessageSchema } from "../../edge/session_schemas.ts";
import { checkSize } from "../../edge/sizes.ts";
import { sessionIdSchema } from "../../edge/value_schemas.ts";
import type { PostedCommand } from "../../engine/port.ts";
import { SynapseError } from "../../errors.ts";
import type { Limits } from "../../limits.ts";
import type { ReadFields } from "./records.ts";

/** The sender of everything that comes in here, for the record. */
const INGRESS_SENDER = "ingress";

/** Hex digits of a message's id: 128 bits, as over HTTP. */
const ID_CHARS = 32;

/** The fields of an entry. */
const entrySchema = z.strictObject({
  id: z.string().regex(/^[\x21-\x7e]{1,255}$/, "Wanted 1 to 255 visible ASCII characters"),
  session: sessionIdSchema,
  type: z.enum(["message.send", "turn.cancel", "session.close"]),
  // What a message lacks then, its own schema says.
  payload: z.string().default("{}"),
  tenant: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "Wanted 1 to 64 of A-Z a-z 0-9 . _ -")
    .default(TENANT),
});

const closeSchema = z.strictObject({ reason: z.string().max(1000).nullable().default(null) });

/**
 * The command that an entry asks for. Its id depends on tenant, session and the entry's own id, so that
 * its repetition is recognised; it never is one that came over HTTP (`idem_…`).
 *
 * @throws {SynapseError} `invalid_request`, `payload_too_large`
 */
export function ingressCommand(
  entry_id: string,
  fields: ReadFields,
  limits: Pick<Limits, "message_bytes" | "request_bytes">,
): PostedCommand {
  checkSize("payload", fields.get("payload") ?? "", limits.request_bytes);
  const entry = check("entry", entrySchema, Object.fromEntries(fields));
  const { tenant, session, type } = entry;
  const hash = sha256(["ingress", tenant, session, entry.id]);
  const payload = parseJson(entry.payload);
  return {
    address: { tenant, type: "session", id: session },
    command: sessionCommand(type, payload, `msg_${hash.slice(0, ID_CHARS)}`, limits),
    id: `ing_${hash}`,
    digest: sha256([type, entry.payload]),
    sender: INGRESS_SENDER,
    // An entry comes again after a crash: then what was refused stays refused.
    request_id: entry_id,
  };
}

function sessionCommand(
  type: z.output<typeof entrySchema>["type"],
  payload: unknown,
  message_id: string,
  { message_bytes }: Pick<Limits, "message_bytes">,
): PostedCommand["command"] {
  switch (type) {
    case "message.send": {
      const { content, on_busy = null } = check("payload", sendMessageSchema, payload);
      checkSize("payload.content", content, message_bytes);
      return { type, message_id, content, on_busy };
    }
    case "turn.cancel":
      return { type, reason: check("payload", cancelSchema, payload).reason };
    case "session.close":
      return { type, reason: check("payload", closeSchema, payload).reason };
  }
}

function check<Schema extends z.ZodType>(
  part: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw requestFaults(parsed.error.issues.map(({ path, message }) => ({
    path: [part, ...path.map(String)].join("."),
    message,
  })));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SynapseError("invalid_request", "payload: Is not JSON", { cause });
  }
}

function sha256(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
