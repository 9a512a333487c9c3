import assert from "node:assert/strict";
import { JournalUnavailable } from "../port.ts";
import { toFailure } from "./failure.ts";

const coded = (code: string) => Object.assign(new Error(`it said ${code}`), { code });

function failure(code: string, sent = true): JournalUnavailable {
  const found = toFailure(coded(code), { place: "db", user: "app", sent });
  assert.ok(found instanceof JournalUnavailable, `${code} gives ${found}`);
  return found;
}

Deno.test("toFailure() is certain that a statement which the server refused changed nothing", () => {
  for (const code of ["25006", "40001", "40P01", "53100", "53300", "57014", "57P03", "XX000"]) {
    assert.equal(failure(code).rolled_back, true, code);
  }
});

Deno.test("toFailure() is not certain of a statement that was sent and not answered", () => {
  for (
    const code of ["ECONNRESET", "CONNECTION_CLOSED", "CONNECTION_DESTROYED", "57P01", "40003"]
  ) {
    assert.equal(failure(code).rolled_back, false, code);
    assert.equal(failure(code, false).rolled_back, true, code);
  }
  assert.equal(failure("ECONNREFUSED", false).rolled_back, true);
});

Deno.test("toFailure() says what is wrong, and where", () => {
  assert.equal(failure("53100").message, "Journal db cannot be used: the disk is full");
  assert.equal(failure("XX000").message, "Journal db cannot be used: it said XX000");
  assert.equal(failure("28P01").message, "Journal db cannot be used: the login of app was refused");
  const { message, reaction } = failure("42501");
  assert.match(
    message,
    /: app lacks a right \(it said 42501\): grant those that docs\/cli\.md /,
  );
  assert.equal(reaction, "retry");
});

Deno.test("toFailure() leaves defects as they are", () => {
  for (const code of ["22021", "22P05", "23505", "42703", "54000"]) {
    const error = coded(code);
    assert.equal(toFailure(error, { place: "db", user: "app", sent: true }), error);
  }
  const plain = new TypeError("no code");
  assert.equal(toFailure(plain, { place: "db", user: "app", sent: true }), plain);
});
