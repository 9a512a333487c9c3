import assert from "node:assert/strict";
import type { Resolve } from "./guarded_request.ts";
import { httpFetchSkill, type HttpSkillOptions } from "./http_fetch.ts";
import type { ShownResponse } from "./http_message.ts";
import { httpSendSkill } from "./http_send.ts";
import type { Skill } from "./skill.ts";
import { idleContext } from "./testing.ts";

type Handler = (request: Request) => Response | Promise<Response>;

async function withServer(handler: Handler, test: (port: number) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, handler);
  await test(server.addr.port);
}

const fetchWith = (options: HttpSkillOptions) => (input: unknown, signal?: AbortSignal) =>
  call(httpFetchSkill(options), input, signal);

async function call(skill: Skill, input: unknown, signal?: AbortSignal): Promise<ShownResponse> {
  const context = idleContext(signal ? { signal } : {});
  return skill.output?.parse(await skill.run(skill.input.parse(input), context)) as ShownResponse;
}

/** Names of this test's own, all at this machine; counts how often each was asked for. */
function fakeNames(table: Readonly<Record<string, readonly string[][]>>) {
  const asked: string[] = [];
  const resolve: Resolve = (host) => {
    const answers = table[host];
    const answer = answers
      ?.[Math.min(asked.filter((name) => name === host).length, answers.length - 1)];
    asked.push(host);
    if (answer === undefined) {
      return Promise.reject(new Deno.errors.NotFound(`No such host: ${host}`));
    }
    return Promise.resolve(
      answer.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return { resolve, asked };
}

const DENIED = { name: "NotCapable", message: /leads to .*, wanted a public address/ };

Deno.test("http_fetch shows status, headers and text of an allowed host", async () => {
  await withServer(
    (request) => Response.json({ path: new URL(request.url).pathname }),
    async (port) => {
      const url = `http://127.0.0.1:${port}/a?b=c`;
      const response = await fetchWith({ allowedHosts: [`127.0.0.1:${port}`] })({ url });
      assert.equal(response.status, 200);
      assert.equal(response.headers["content-type"], "application/json");
      assert.deepEqual(
        [response.url, response.encoding, response.body, response.truncated],
        [url, "text", '{"path":"/a"}', false],
      );
    },
  );
});

Deno.test("http_fetch refuses private hosts in every notation, without connecting", async () => {
  let requests = 0;
  const handler = () => {
    requests++;
    return new Response("reached");
  };
  await withServer(handler, async (port) => {
    const fetch = fetchWith({ allowedHosts: [] });
    const hosts =
      "127.0.0.1 127.1 0x7f.1 2130706433 localhost [::1] [::ffff:127.0.0.1] 0.0.0.0 169.254.169.254";
    for (const host of hosts.split(" ")) {
      await assert.rejects(fetch({ url: `http://${host}:${port}/` }), DENIED, host);
    }
    await assert.rejects(fetch({ url: `https://localhost:${port}/` }), DENIED);
  });
  assert.equal(requests, 0);
});

Deno.test("http_fetch connects to the address that was checked when a name is bound anew", async () => {
  await withServer(() => new Response("reached"), async (port) => {
    const names = fakeNames({
      "rebind.test": [["203.0.113.7"], ["127.0.0.1"]],
      "two.test": [["10.0.0.1", "127.0.0.1"]],
    });
    const fetch = fetchWith({ allowedHosts: [`127.0.0.1:${port}`], resolve: names.resolve });
    // One lookup for one connection: there is no second answer to be taken in by.
    await assert.rejects(fetch({ url: `http://rebind.test:${port}/` }), DENIED);
    assert.deepEqual(names.asked, ["rebind.test"]);
    // And none is kept: the next call asks again.
    assert.equal((await fetch({ url: `http://rebind.test:${port}/` })).body, "reached");
    // Of several addresses only the allowed ones are tried.
    assert.equal((await fetch({ url: `http://two.test:${port}/` })).body, "reached");
    const strict = fetchWith({ allowedHosts: [], resolve: names.resolve });
    await assert.rejects(strict({ url: `http://rebind.test:${port}/` }), DENIED);
  });
});

Deno.test("http_fetch checks each redirect, drops headers on the way to another host, and gives up in circles", async () => {
  const seen: (string | null)[] = [];
  const handler: Handler = (request) => {
    const url = new URL(request.url);
    seen.push(request.headers.get("authorization"));
    const to = url.searchParams.get("to");
    if (url.pathname === "/loop") {
      return new Response(null, { status: 302, headers: { location: "/loop" } });
    }
    return to === null
      ? new Response("end")
      : new Response(null, { status: 302, headers: { location: to } });
  };
  await withServer(handler, async (port) => {
    const names = fakeNames({
      "a.test": [["127.0.0.1"]],
      "b.test": [["127.0.0.1"]],
      "metadata.test": [["169.254.169.254"]],
    });
    const fetch = fetchWith({ allowedHosts: [`127.0.0.1:${port}`], resolve: names.resolve });
    const from = (to: string) => ({
      url: `http://a.test:${port}/?to=${encodeURIComponent(to)}`,
      headers: { authorization: "Bearer t" },
    });
    const same = await fetch(from("/next"));
    assert.deepEqual([same.url, same.body], [`http://a.test:${port}/next`, "end"]);
    assert.deepEqual(seen.splice(0), ["Bearer t", "Bearer t"]);
    await fetch(from(`http://b.test:${port}/`));
    assert.deepEqual(seen.splice(0), ["Bearer t", null]);
    await assert.rejects(fetch(from("http://metadata.test/latest")), DENIED);
    await assert.rejects(fetch(from("http://[::1]/")), DENIED);
    await assert.rejects(fetch(from("file:///etc/passwd")), /wanted an http or https URL/);
    await assert.rejects(fetch({ url: `http://a.test:${port}/loop` }), /Redirects lead on after 5/);
  });
});

Deno.test("http_fetch cuts a long body, ends an endless one, and stops when its signal aborts", async () => {
  const endless = () =>
    new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1000).fill(97)) }));
  const handler: Handler = (request) =>
    request.url.endsWith("/slow")
      ? new Promise<Response>((resolve) =>
        request.signal.addEventListener("abort", () => resolve(new Response()))
      )
      : endless();
  await withServer(handler, async (port) => {
    const fetch = fetchWith({ allowedHosts: ["127.0.0.1"], bodyBytesMax: 2500 });
    const cut = await fetch({ url: `http://127.0.0.1:${port}/` });
    assert.deepEqual([cut.body, cut.truncated], ["a".repeat(2500), true]);
    const abort = new AbortController();
    const slow = fetch({ url: `http://127.0.0.1:${port}/slow` }, abort.signal);
    abort.abort(new DOMException("Cancelled", "AbortError"));
    await assert.rejects(slow, { name: "AbortError" });
  });
});

Deno.test("http_fetch shows bytes in base 64 and says when a response broke off", async () => {
  await withServer(
    () => new Response(new Uint8Array([0, 255]), { headers: { "content-type": "image/png" } }),
    async (port) => {
      const response = await fetchWith({ allowedHosts: ["127.0.0.1"] })({
        url: `http://127.0.0.1:${port}/`,
      });
      assert.deepEqual([response.encoding, response.body], ["base64", "AP8="]);
    },
  );
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const server = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    await connection.write(
      new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
    );
  })();
  const fetch = fetchWith({ allowedHosts: ["127.0.0.1"] });
  await assert.rejects(fetch({ url: `http://127.0.0.1:${listener.addr.port}/` }));
  await server;
});

Deno.test("http_fetch and http_send refuse by schema what is no plain request", () => {
  const { input } = httpFetchSkill({ allowedHosts: [] });
  for (
    const bad of [
      { url: "ftp://example.com" },
      { url: "file:///etc/passwd" },
      { url: "/relative" },
      { url: "http://user:pass@example.com" },
      { url: "http://example.com", method: "POST" },
      { url: "http://example.com", headers: { host: "other" } },
      { url: "http://example.com", headers: { "x-a": "1\r\nx-b: 2" } },
      { url: "http://example.com", headers: { "proxy-authorization": "x" } },
    ]
  ) assert.equal(input.safeParse(bad).success, false, JSON.stringify(bad));
  assert.equal(
    httpSendSkill({ allowedHosts: [] }).input.safeParse({
      url: "http://example.com",
      method: "GET",
    }).success,
    false,
  );
});

Deno.test("http_send sends method, body and key, and shows a redirect without following it", async () => {
  const requests: string[] = [];
  const handler: Handler = async (request) => {
    requests.push(
      `${request.method} ${await request.text()} ${request.headers.get("idempotency-key")}`,
    );
    return new Response(null, { status: 307, headers: { location: "http://127.0.0.1/other" } });
  };
  await withServer(handler, async (port) => {
    const skill = httpSendSkill({ allowedHosts: ["127.0.0.1"] });
    const response = await call(skill, {
      url: `http://127.0.0.1:${port}/`,
      method: "PUT",
      body: "zwölf",
    });
    assert.deepEqual([response.status, response.headers.location], [307, "http://127.0.0.1/other"]);
    assert.deepEqual(requests, ["PUT zwölf session/ses_1:1"]);
  });
});
