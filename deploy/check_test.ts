import assert from "node:assert/strict";
import { everyCheck } from "./check.ts";
import { runCheck } from "./check/check.ts";
import { isFound } from "./check/program.ts";
import { findTools } from "./check/tools.ts";

const tools = await findTools();

for (const check of await everyCheck()) {
  const tool = tools[check.tool];
  const name = `deploy:check, ${check.name}`;
  if (isFound(tool)) {
    Deno.test(name, async () => assert.equal(await runCheck(check, tool), null));
  } else {
    Deno.test({ name: `${name} (passed over: ${tool.missing})`, ignore: true, fn() {} });
  }
}
