/**
 * `deno task rehearse:recovery`: has nodes back up, be destroyed and be restored while people talk to
 * them, and prints what held; ends with 1 at the first thing that did not.
 *
 * Needs Postgres with its client programs, and Redis (`apt-get install postgresql redis-server`); root is
 * not needed. Everything is private, in temporary folders, and gone in the end.
 *
 * @module
 */
import * as rehearsal from "./recovery/rehearsal.ts";
import { runRehearsal } from "./rehearsal.ts";

if (import.meta.main) await runRehearsal(rehearsal);
