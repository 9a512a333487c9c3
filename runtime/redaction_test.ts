import assert from "node:assert/strict";
import { createTextMask, isSecretName, MASK, redact, redactText, secretsIn } from "./redaction.ts";

Deno.test("isSecretName() knows the names that hold secrets, in any case and style", () => {
  const secret = [
    "api_key",
    "apiKey",
    "x-api-key",
    "X-API-Key",
    "OPENAI_API_KEY",
    "api_key_env",
    "Authorization",
    "proxy-authorization",
    "set-cookie",
    "password",
    "DB_PASSWORD",
    "passwd",
    "token",
    "access_token",
    "refreshToken",
    "client_secret",
    "secrets",
    "credentials",
    "private_key",
  ];
  const open = [
    "tokens",
    "max_output_tokens",
    "input_usd_per_mtok",
    "secretary",
    "idempotency_key",
    "key",
    "message",
  ];
  assert.deepEqual(secret.filter((name) => !isSecretName(name)), []);
  assert.deepEqual(open.filter(isSecretName), []);
});

Deno.test("redactText() masks credentials of URLs, bearer tokens and known keys and keeps the rest", () => {
  const cases: [string, string][] = [
    ["postgres://ann:pa@ss@db:5432/x?y=1", "postgres://***@db:5432/x?y=1"],
    [
      "see https://u:p@a.example and http://b.example/@c",
      "see https://***@a.example and http://b.example/@c",
    ],
    ["Authorization: Bearer abc.def-123", "Authorization: Bearer ***"],
    ["wrong key sk-ant-0123456789, given", "wrong key ***, given"],
    ["task-force-of-the-day", "task-force-of-the-day"],
    ["mail ann@example.org", "mail ann@example.org"],
    ["bearer of news", "bearer of news"],
  ];
  for (const [text, shown] of cases) assert.equal(redactText(text), shown);
});

Deno.test("redact() masks every value under a secret name, however deep, and leaves the original", () => {
  const original = {
    http: { host: "h", api_key: "0123456789abcdef" },
    list: [{ password: 7, tokens: 3 }],
    secrets: { A: "a", B: { c: "d" } },
    api_key: null,
  };
  assert.deepEqual(redact(original), {
    http: { host: "h", api_key: MASK },
    list: [{ password: MASK, tokens: 3 }],
    secrets: { A: MASK, B: { c: MASK } },
    api_key: null,
  });
  assert.equal(original.http.api_key, "0123456789abcdef");
});

Deno.test("redact() ends when a value contains itself", () => {
  const loop: Record<string, unknown> = { name: "x" };
  loop.self = loop;
  assert.match(JSON.stringify(redact(loop)), /too deep/);
});

Deno.test("redact() hands what is not plain to the leaf function and redacts what that returns", () => {
  const leaf = () => ({ password: "p", kept: 1 });
  const shown = redact({ at: new URL("http://a/") }, { leaf });
  assert.deepEqual(shown, { at: { password: MASK, kept: 1 } });
});

Deno.test("redact() masks texts by the mask it is given", () => {
  const mask = createTextMask(["hunter2-hunter2"]);
  const shown = redact({ note: "it is hunter2-hunter2", list: ["hunter2-hunter2"] }, { mask });
  assert.deepEqual(shown, { note: `it is ${MASK}`, list: [MASK] });
});

Deno.test("secretsIn() finds what stands under secret names and the passwords of URLs", () => {
  const found = secretsIn({
    http: { host: "127.0.0.1", api_key: " 0123456789abcdef " },
    llm: { providers: { x: { api_key: null, default_model: "m" } } },
    skills: { secrets: { billing: "billing-secret" } },
    journal: { url: "postgres://ann:p%40ss-word@db:5432/x" },
    env: {
      DB_PASSWORD: "hunter2",
      HOME: "/root",
      REDIS_URL: "redis://:%zz@h,redis://u:se:c@ret@h:1,h:2",
    },
    list: [{ token: "in-a-list" }, { password: 7 }],
  });
  assert.deepEqual([...found].sort(), [
    "%zz",
    "0123456789abcdef",
    "billing-secret",
    "hunter2",
    "in-a-list",
    "p%40ss-word",
    "p@ss-word",
    "se:c@ret",
  ]);
});

Deno.test("createTextMask() masks each secret wherever it stands, and what redactText() masks", () => {
  const mask = createTextMask(['q"uo\\te secret', "plain-secret", "plain-secret-longer", "short"]);
  const cases: [string, string][] = [
    ["the plain-secret, twice: plain-secret", "the ***, twice: ***"],
    ["xplain-secret-longerx", "x***x"],
    [`as JSON ${JSON.stringify({ a: 'q"uo\\te secret' })}`, 'as JSON {"a":"***"}'],
    [`/?q=${encodeURIComponent('q"uo\\te secret')}&b`, "/?q=***&b"],
    ["too short to be masked by value", "too short to be masked by value"],
    ["Bearer abc.def-123", "Bearer ***"],
    [
      "plain-secre is cut in the middle of the text",
      "plain-secre is cut in the middle of the text",
    ],
    ["cut at the end: plain-secret-lon", "cut at the end: ***-lon"],
    ["cut at the end: plain-sec", "cut at the end: ***"],
    ["cut at the end: plain-sec…", "cut at the end: ***…"],
    ["cut too soon to tell: plain-s", "cut too soon to tell: plain-s"],
  ];
  for (const [text, shown] of cases) assert.equal(mask(text), shown);
});

Deno.test("createTextMask() masks like redactText() when it knows no secret of 8 characters", () => {
  assert.equal(createTextMask(["1234567"]), redactText);
});
