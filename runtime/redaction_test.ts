import assert from "node:assert/strict";
import { isSecretName, MASK, redact, redactText } from "./redaction.ts";

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
  const shown = redact({ at: new URL("http://a/") }, () => ({ password: "p", kept: 1 }));
  assert.deepEqual(shown, { at: { password: MASK, kept: 1 } });
});
