/**
 * `deno task rehearse:systemd`: installs the program on a machine with a systemd of its own, has the node
 * killed, frozen, stopped, backed up, upgraded and uninstalled there, and prints what it saw.
 *
 * Needs root, `apt-get install systemd-container dbus`, and no network. Exits with 1 if anything is not
 * as it has to be.
 *
 * @module
 */
import { RehearsalError } from "./rehearsal_error.ts";
import { obstacle, rehearse } from "./systemd/rehearsal.ts";

if (import.meta.main) {
  try {
    const reason = await obstacle();
    if (reason !== null) throw new RehearsalError(`Cannot rehearse here: ${reason}`);
    console.log(`\n${await rehearse("whole", console.log)} steps, all well`);
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}
