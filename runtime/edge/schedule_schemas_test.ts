import assert from "node:assert/strict";
import { createScheduleSchema } from "./schedule_schemas.ts";

Deno.test("createScheduleSchema says that a time needs an offset", () => {
  const parse = (at: string) => createScheduleSchema.safeParse({ content: "Report", at });
  for (const at of ["2030-01-01T00:00:00", "2030-01-01", "tomorrow"]) {
    assert.match(
      parse(at).error?.message ?? "",
      /needs an offset, such as 2030-01-01T00:00:00Z/,
      at,
    );
  }
  for (const at of ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00+02:00"]) {
    assert.equal(parse(at).data?.at, at);
  }
});
