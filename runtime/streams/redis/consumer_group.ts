/**
 * Consumer groups: made when they are missing, and taken over from consumers that are gone.
 *
 * @module
 */
import { errorMessage } from "../../errors.ts";
import { parseEntries, type StreamEntry } from "./entries.ts";
import type { Link } from "./link.ts";

/** Entries claimed at a time. */
const CLAIM_COUNT = 500;

/** A group, and who one is in it. */
export interface GroupMember {
  readonly key: string;
  readonly name: string;
  readonly consumer: string;
}

/** Whether an error says that there is no such group, or no such stream. */
export function isMissingGroup(error: unknown): boolean {
  return errorMessage(error).startsWith("NOGROUP");
}

/**
 * Makes the group, and the stream, if they are missing: from the stream's beginning, for what came
 * before the group has not been read.
 */
export async function ensureGroup(link: Link, { key, name }: GroupMember): Promise<void> {
  try {
    await link.call("XGROUP", "CREATE", key, name, 0, "MKSTREAM");
  } catch (error) {
    if (!errorMessage(error).startsWith("BUSYGROUP")) throw error;
  }
}

/**
 * Claims all that is pending, whoever read it, oldest first; then removes the other consumers. For the
 * one who alone has the right to read now.
 */
export async function claimAll(link: Link, group: GroupMember): Promise<StreamEntry[]> {
  const { key, name, consumer } = group;
  const claimed: StreamEntry[] = [];
  let from = "0-0";
  do {
    const reply = await link.call(
      ...["XAUTOCLAIM", key, name, consumer, 0, from, "COUNT", CLAIM_COUNT] as const,
    ) as [string, unknown];
    from = reply[0];
    claimed.push(...parseEntries(reply[1]));
  } while (from !== "0-0");
  await removeOthers(link, group);
  return claimed;
}

/** They hold nothing any more. One that still lives joins again with its next read. */
async function removeOthers(link: Link, { key, name, consumer }: GroupMember): Promise<void> {
  const consumers = await link.call("XINFO", "CONSUMERS", key, name) as unknown[][];
  const others = consumers.map((facts) => {
    const at = (field: string) => facts[facts.indexOf(field) + 1];
    return { name: String(at("name")), pending: Number(at("pending")) };
  }).filter((other) => other.name !== consumer && other.pending === 0);
  await Promise.all(
    others.map((other) => link.call("XGROUP", "DELCONSUMER", key, name, other.name)),
  );
}
