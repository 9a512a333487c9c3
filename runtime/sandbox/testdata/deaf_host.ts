/** A host that is ready, and then does with its first call what its first argument says. */
import { encodeLine, readLines } from "../line_protocol.ts";

const [does = "", marker = ""] = Deno.args;
const say = (mark: string, message: unknown) => Deno.stdout.writeSync(encodeLine(mark, message));

await Deno.writeTextFile(marker, "started\n", { append: true });
let mark = "";
for await (const line of readLines(Deno.stdin.readable, 1_000_000)) {
  const command = JSON.parse(line);
  if (command.type === "prepare") {
    mark = command.mark;
    say(mark, { type: "ready" });
  } else if (does === "dies") {
    Deno.exit(1);
  } else if (does === "shouts") {
    // More than the server reads of a line; that it begins cannot be heard behind it.
    const noise = new TextEncoder().encode("x".repeat(1_000_000));
    for (let at = 0; at < noise.length;) at += Deno.stdout.writeSync(noise.subarray(at));
    say(mark, { type: "begun" });
  } else if (does === "begins and dies") {
    say(mark, { type: "begun" });
    Deno.exit(1);
  }
}
