import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { SynapseError } from "../errors.ts";
import { ManualClock } from "../manual_clock.ts";
import { createTextMask } from "../redaction.ts";
import { createLogger, type LogOptions } from "./log.ts";
import type { Logger } from "./port.ts";

function capture(options: Partial<LogOptions> = {}) {
  const written: string[] = [];
  const logger = createLogger({
    level: "debug",
    format: "json",
    write: (line) => void written.push(line),
    clock: new ManualClock(0),
    ...options,
  });
  return { logger, written, last: () => JSON.parse(written.at(-1) ?? "null") };
}

Deno.test("createLogger() writes one JSON object a line, with level, time, fields and message", () => {
  const { logger, written } = capture();
  logger.info({ port: 8000, list: [1, { a: null }] }, "Listening");
  assert.deepEqual(written, [
    '{"level":"info","time":"1970-01-01T00:00:00.000Z","port":8000,"list":[1,{"a":null}],"message":"Listening"}\n',
  ]);
});

Deno.test("createLogger() writes lines of its level and above", () => {
  const levels = ["debug", "info", "warn", "error"] as const;
  for (const [index, level] of levels.entries()) {
    const { logger, written } = capture({ level });
    for (const each of levels) logger[each]({}, each);
    assert.deepEqual(written.map((line) => JSON.parse(line).level), levels.slice(index));
  }
});

Deno.test("child() adds its fields to each line, and those of its parents", () => {
  const { logger, last } = capture();
  logger.child({ node: "n1" }).child({ api_key: "k" }).warn({ a: 1 }, "m");
  const { node, api_key, a } = last();
  assert.deepEqual([node, api_key, a], ["n1", "***", 1]);
});

Deno.test("createLogger() writes an error with its type, code, data, stack and causes", () => {
  const { logger, last } = capture();
  const disk = Object.assign(new TypeError("no space for postgres://me:hunter2@db"), {
    code: "ENOSPC",
  });
  const err = new SynapseError("journal_unavailable", "Could not write", {
    data: { file: "x", password: "hunter2" },
    cause: disk,
  });
  logger.error({ err }, "Commit failed");
  const { stack, cause, ...rest } = last().err;
  assert.deepEqual(rest, {
    type: "SynapseError",
    code: "journal_unavailable",
    message: "Could not write",
    data: { file: "x", password: "***" },
  });
  assert.match(stack, /^SynapseError: Could not write\n\s+at /);
  assert.deepEqual([cause.type, cause.code], ["TypeError", "ENOSPC"]);
  assert.equal(cause.message, "no space for postgres://***@db");
  assert.doesNotMatch(JSON.stringify(last()), /hunter2/);
});

Deno.test("createLogger() writes an error under any name, and what is thrown that is none", () => {
  const { logger, last } = capture();
  logger.error({ reason: new RangeError("far"), err: "text" }, "m");
  assert.equal(last().reason.message, "far");
  assert.equal(last().err, "text");
});

Deno.test("createLogger() ends when an error is its own cause", () => {
  const { logger, written } = capture();
  const err: Error = new Error("round");
  err.cause = err;
  logger.error({ err }, "m");
  assert.match(written[0] ?? "", /"\[(more causes|too deep)\]"/);
});

Deno.test("createLogger() keeps a line whole when its fields are odd", () => {
  const odd: [Record<string, unknown>, Record<string, unknown>][] = [
    [{ level: "x", time: 1, message: "y" }, { level_: "x", time_: 1, message_: "y", message: "m" }],
    [{ big: 10n, at: new Date(0), url: new URL("http://a/") }, {
      big: 10,
      at: "1970-01-01T00:00:00.000Z",
      url: "http://a/",
    }],
    [{ none: undefined, call: () => 1, text: "line\nbreak" }, { text: "line\nbreak" }],
    [{ headers: { "x-api-key": "k", Authorization: "Bearer k" } }, {
      headers: { "x-api-key": "***", Authorization: "***" },
    }],
  ];
  for (const [fields, wanted] of odd) {
    const { logger, written, last } = capture();
    logger.info(fields, "m");
    assert.equal(written.length, 1);
    assert.equal(written[0]?.indexOf("\n"), (written[0]?.length ?? 0) - 1);
    assert.deepEqual({ ...last(), ...wanted }, last());
  }
});

Deno.test("createLogger() does not throw when a field does", () => {
  const trap = {
    get boom(): number {
      throw new Error("boom");
    },
  };
  const { logger, last } = capture();
  logger.info({ trap }, "m");
  assert.deepEqual([last().message, last().unloggable], ["m", "Error: boom"]);
});

Deno.test("createLogger() writes readable lines without colors unless asked", () => {
  const line = (color: boolean) => {
    const { logger, written } = capture({ format: "pretty", color });
    logger.warn({ port: 8000, api_key: "k" }, "Listening");
    return written.join("");
  };
  assert.match(
    line(false),
    /^\[\d\d:\d\d:\d\d\.000\] WARN: Listening \{"port":8000,"api_key":"\*\*\*"\}\n$/,
  );
  assert.ok(line(true).includes(`${String.fromCharCode(27)}[`));
});

Deno.test("createLogger() masks the secrets it is given, in messages, fields, errors and their causes", () => {
  const secret = "correct-horse-battery";
  for (const format of ["json", "pretty"] as const) {
    const { logger, written } = capture({ format, mask: createTextMask([secret]) });
    const cause = new TypeError(`cause ${secret}`);
    const err = new SynapseError("internal", `Said ${secret}`, {
      cause,
      data: { list: [`data ${secret}`] },
    });
    const trap = {
      get boom(): number {
        throw new Error(secret);
      },
    };
    logger.child({ of: `child ${secret}` }).error({ err, text: `a ${secret} b` }, `Has ${secret}`);
    logger.info({ trap }, "m");
    const text = written.join("");
    assert.match(text, /Has \*\*\*/);
    assert.match(text, /a \*\*\* b/);
    assert.match(text, /Said \*\*\*/);
    assert.match(text, /cause \*\*\*/);
    assert.ok(!text.includes(secret), text);
  }
});

Deno.test("createLogger() masks the beginning of a secret where a long text was cut", () => {
  const secret = "correct-horse-battery";
  const { logger, last } = capture({ mask: createTextMask([secret]) });
  logger.error({ err: new TypeError(`${"x".repeat(8180)}${secret}`) }, "m");
  assert.match(last().err.message, /x\*\*\*…$/);
});

Deno.test("createLogger() lets no text write a line of its own, or steer the terminal", () => {
  const forged = "x\n[12:00:00.000] INFO: forged\r[12:00:00.000] \u001b[2J\u009b2J\u2028\u202e";
  const { logger, written } = capture({ format: "pretty" });
  const err = new SynapseError("internal", forged, {
    data: { [forged]: forged },
    cause: Object.assign(new TypeError(forged), { code: forged }),
  });
  logger.warn({ name: forged, caller: forged, hostname: forged, pid: forged }, forged);
  logger.warn({ text: forged, nested: { list: [forged] } }, "m");
  logger.warn({ err, other: err }, "m");
  const lines = written.join("").split("\n");
  const begun = lines.filter((line) => line.startsWith("["));
  assert.equal(begun.length, 3, written.join(""));
  for (const line of lines.filter((line) => line !== "" && !line.startsWith("["))) {
    assert.match(line, /^ {4}/);
  }
  for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\u2028\u202e]/u);
});

Deno.test("createLogger() is a Logger that needs no options beyond level, format and write", () => {
  let text = "";
  const logger: Logger = createLogger({
    level: "info",
    format: "json",
    write: (line) => text += line,
  });
  logger.info({}, "m");
  assert.match(JSON.parse(text).time, /^20\d\d-/);
});

/** Logs, closes its own standard error, logs again, and says that it is still there. */
const PROGRAM = `
import { createLogger, stderrSink } from "./runtime/telemetry/log.ts";
const logger = createLogger({ level: "info", format: "json", ...stderrSink() });
logger.info({ text: "ü".repeat(100_000) }, "Long");
Deno.stderr.close();
logger.info({}, "Lost");
console.log("alive");
`;

Deno.test("stderrSink() writes lines whole to the standard error only, and outlives it", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--allow-env", "--allow-sys", "--ext=ts", "-"],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const line = new TextDecoder().decode(stderr);
  assert.equal(JSON.parse(line).text.length, 100_000);
  assert.deepEqual([code, new TextDecoder().decode(stdout)], [0, "alive\n"]);
});
