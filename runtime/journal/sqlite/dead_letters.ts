/**
 * Commands put aside, and how they come back.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { DeadLetterStore } from "../directory_port.ts";
import { position, toPage } from "../records.ts";
import { type Connection, number } from "./connection.ts";
import { createMailboxWriter } from "./mailbox.ts";
import { toDeadLetter } from "./row.ts";

/** Makes the dead letter side of the port. */
export function createDeadLetterStore(db: Connection, clock: Clock): DeadLetterStore {
  const mailbox = createMailboxWriter(db);
  const list = db.prepare(
    "SELECT * FROM dead_letters WHERE tenant = ? AND position > ? ORDER BY position LIMIT ?",
  );
  const find = db.prepare("SELECT * FROM dead_letters WHERE tenant = ? AND id = ?");
  const retried = db.prepare(
    "UPDATE dead_letters SET status = 'retried' WHERE tenant = ? AND id = ?",
  );
  return {
    deadLetters: (tenant, page) =>
      Promise.try(() =>
        toPage(
          list.all(tenant, position(page.cursor), page.limit + 1),
          page,
          "position",
          toDeadLetter,
        )
      ),
    retryDeadLetter: (tenant, id) =>
      Promise.try(() =>
        db.transaction(() => {
          const row = find.get(tenant, id);
          if (!row) return null;
          const letter = toDeadLetter(row);
          if (letter.status === "retried") return letter;
          const { address, command, sender } = letter;
          // Under the dead letter's own id: the command's id is marked as handled.
          mailbox.insert({
            address,
            id,
            partition: number(row, "partition"),
            command,
            digest: "",
            sender,
          }, clock.now());
          retried.run(tenant, id);
          return { ...letter, status: "retried" as const };
        })
      ),
  };
}
