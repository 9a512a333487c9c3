/**
 * `deno task rehearse:systemd`: installs the program on a machine with a systemd of its own, has the node
 * killed, frozen, stopped, backed up, upgraded and uninstalled there, and prints what it saw.
 *
 * Needs root, `apt-get install systemd-container dbus`, and no network. Exits with 1 if anything is not
 * as it has to be.
 *
 * @module
 */
import { runRehearsal } from "./rehearsal.ts";
import * as rehearsal from "./systemd/rehearsal.ts";

if (import.meta.main) await runRehearsal(rehearsal);
