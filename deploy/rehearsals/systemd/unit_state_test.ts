import assert from "node:assert/strict";
import { parseUnit } from "./unit_state.ts";

Deno.test("parseUnit() reads what systemctl show prints, whatever is in a value", () => {
  const text = `Type=notify
MainPID=42
NRestarts=1
ActiveState=active
SubState=running
Result=success
ExecMainStatus=0
StatusText=Ready at http://127.0.0.1:8000; streams: url=x`;
  assert.deepEqual(parseUnit(text), {
    active: "active",
    sub: "running",
    result: "success",
    status: "Ready at http://127.0.0.1:8000; streams: url=x",
    pid: 42,
    restarts: 1,
    exitStatus: 0,
  });
});
