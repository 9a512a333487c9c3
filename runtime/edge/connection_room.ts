/**
 * How many connections a socket takes, so that the process never runs out of file descriptors.
 *
 * When accepting fails for want of one, `node:http` in Deno 2.9 accepts nobody any more, also when all
 * clients are gone, and says nothing. So there is a limit, with room for those that the system has
 * connected already: they are accepted before they are closed.
 *
 * @module
 */

/** What a socket takes. */
export interface ConnectionRoom {
  /** How many connections it may have open; who comes when there are so many is closed unheard. */
  readonly connections: number;
  /** How many the system may connect before the process takes them in. */
  readonly backlog: number;
}

/** The room of the metrics' socket, which a few programs ask now and then. */
export const METRICS_ROOM: ConnectionRoom = { connections: 32, backlog: 16 };

/** How many clients of the API the system may connect before the process takes them in. */
const BACKLOG = 128;

/** What everything else may need at least: databases, files, calls to providers and of skills. */
const OTHERS_MIN = 128;

/** The share of all descriptors that everything else may need. */
const OTHERS_SHARE = 1 / 4;

/** Fewer than that would be of no use. */
const CONNECTIONS_MIN = 64;

/**
 * The room of the API's socket. Below some 300 descriptors it is more than fits beside everything else.
 *
 * @param descriptors how many the process may have; null: unknown, and then nothing is limited
 */
export function apiRoom(descriptors: number | null): ConnectionRoom {
  if (descriptors === null || descriptors === Infinity) {
    return { connections: Infinity, backlog: BACKLOG };
  }
  const metrics = METRICS_ROOM.connections + METRICS_ROOM.backlog;
  const others = Math.max(OTHERS_MIN, Math.ceil(descriptors * OTHERS_SHARE));
  const connections = Math.max(CONNECTIONS_MIN, descriptors - others - metrics - BACKLOG);
  return { connections, backlog: BACKLOG };
}
