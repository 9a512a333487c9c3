/** Opens the journal named by its argument, says so, and holds it until it is killed. */
import { systemClock } from "../../../clock.ts";
import { openSqliteJournal } from "../open.ts";

const [path = ""] = Deno.args;
await openSqliteJournal({ path, synchronous: "full", partitions: 8, clock: systemClock });
console.log("held");
await Deno.stdin.readable.pipeTo(new WritableStream());
