/**
 * What is owed after a way back in time: by the client's own record, not by what any node says.
 *
 * @module
 */
import { checkHistory, type HistoryFault } from "../../../runtime/e2e/cluster/check_history.ts";
import type { History, SentMessage } from "../../../runtime/e2e/cluster/history.ts";

/** The part of the past that is forgotten, in the client's monotonic milliseconds. */
export interface Forgotten {
  /** The stated point: all that was acknowledged before is owed. */
  readonly from: number;
  /** When everything was destroyed: what is acknowledged from then on is owed again. */
  readonly to: number;
}

/** What became of a run's messages. */
export interface Verdict {
  /** Acknowledged before the point. */
  readonly before: number;
  /** Acknowledged after it and before the destruction. */
  readonly between: number;
  /** Of those between, the ones that are gone. */
  readonly gone: number;
  /** Acknowledged after the destruction. */
  readonly after: number;
  readonly faults: readonly HistoryFault[];
}

/**
 * Judges a run in which time was turned back once. A message acknowledged in the part that is forgotten
 * may be there or not; every other one must be there once, in its place, with a turn of its own.
 *
 * Side effects are left out: the world does not go back, so a call may have been made that no journal
 * knows of, or be made again.
 */
export function judge(history: History, { from, to }: Forgotten): Verdict {
  const between = ({ acknowledged }: SentMessage) =>
    acknowledged !== null && acknowledged.at >= from && acknowledged.at < to;
  const ids = new Set(
    history.sessions.flatMap(({ events }) => events).map(({ payload }) =>
      (payload as { message_id?: string }).message_id
    ),
  );
  const { sent } = history;
  const owed = sent.map((one) => between(one) ? { ...one, acknowledged: null } : one);
  const acknowledged = sent.flatMap((one) => one.acknowledged ?? []);
  return {
    before: acknowledged.filter(({ at }) => at < from).length,
    between: sent.filter(between).length,
    gone: sent.filter((one) => between(one) && !ids.has(one.acknowledged?.message_id)).length,
    after: acknowledged.filter(({ at }) => at >= to).length,
    faults: checkHistory({ ...history, sent: owed })
      .filter(({ kind }) => kind !== "side_effect"),
  };
}
