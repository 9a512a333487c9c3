import assert from "node:assert/strict";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { type Bytes, decryptionWith, encryptionTo, parseIdentities } from "./encryption.ts";
import { agePrograms } from "./test_age.ts";

/** What age authenticates at a time. */
const PIECE = 64 * 1024;

/** A key pair. */
async function keys(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

function streamOf(...pieces: Uint8Array<ArrayBuffer>[]): Bytes {
  return ReadableStream.from(pieces);
}

async function bytesOf(stream: Bytes): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(stream).bytes();
}

/** Bytes that do not repeat soon. */
function sample(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

const { identity, recipient } = await keys();
const other = await keys();

Deno.test("what is encrypted to several keys is opened by each of them alone, whatever the size", async () => {
  const encrypt = encryptionTo([recipient, other.recipient]);
  for (const length of [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]) {
    const plain = sample(length);
    const sealed = await bytesOf(await encrypt(streamOf(plain)));
    for (const key of [identity, other.identity]) {
      assert.deepEqual(await bytesOf(await decryptionWith([key])(streamOf(sealed))), plain);
    }
    // A key that does not fit is no hindrance beside one that does.
    const both = decryptionWith([(await keys()).identity, identity]);
    assert.equal((await bytesOf(await both(streamOf(sealed)))).length, length);
  }
});

Deno.test("another key opens nothing, and the source is let go", async () => {
  const sealed = await bytesOf(await encryptionTo([recipient])(streamOf(sample(10))));
  let cancelled = false;
  const source: Bytes = new ReadableStream({
    start: (controller) => controller.enqueue(sealed),
    cancel: () => void (cancelled = true),
  });
  await assert.rejects(decryptionWith([other.identity])(source), {
    code: "backup_locked",
    message: /encrypted to other keys/,
  });
  assert.ok(cancelled);
});

Deno.test("a file that was altered, cut or lengthened anywhere is noticed", async () => {
  const sealed = await bytesOf(await encryptionTo([recipient])(streamOf(sample(2 * PIECE + 100))));
  const piece = PIECE + 16;
  const header = sealed.length - 2 * piece - 116 - 16;
  const flipped = (at: number) => sealed.map((byte, i) => i === at ? byte ^ 1 : byte);
  const swapped = new Uint8Array([
    ...sealed.subarray(0, header + 16),
    ...sealed.subarray(header + 16 + piece, header + 16 + 2 * piece),
    ...sealed.subarray(header + 16, header + 16 + piece),
    ...sealed.subarray(header + 16 + 2 * piece),
  ]);
  const cases = {
    "first byte": flipped(0),
    "header's code": flipped(header - 3),
    nonce: flipped(header),
    "first piece": flipped(header + 16),
    "last byte": flipped(sealed.length - 1),
    "cut between pieces": sealed.slice(0, header + 16 + 2 * piece),
    "cut in a piece": sealed.slice(0, -1),
    "cut in the header": sealed.slice(0, header - 10),
    nothing: sealed.slice(0, 0),
    "pieces in another order": swapped,
    lengthened: new Uint8Array([...sealed, 0]),
    "not of age": sample(1000),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    const opened = decryptionWith([identity])(streamOf(bytes)).then(bytesOf);
    await assert.rejects(opened, { code: "backup_invalid" }, what);
  }
  // Also because the library leaves work behind that it began for what it then refused.
  const whole = await bytesOf(await decryptionWith([identity])(streamOf(sealed)));
  assert.equal(whole.length, 2 * PIECE + 100);
});

Deno.test("encryptionTo() refuses what is no public key", async () => {
  const misspelt = recipient.slice(0, -1) + (recipient.endsWith("q") ? "p" : "q");
  for (const text of ["", "ssh-ed25519 AAAA", misspelt, identity]) {
    assert.throws(() => encryptionTo([recipient, text]), { code: "config_invalid" }, text);
  }
});

Deno.test("encryptionTo() does not show a private key that was given in the place of a public one", () => {
  assert.throws(() => encryptionTo([identity]), (error: Error) => {
    assert.match(error.message, /is a private key/);
    return !error.message.includes(identity);
  });
});

Deno.test("parseIdentities() reads an identity file, and never shows a key", async () => {
  const text = `# created: 2026-01-31\r\n# public key: ${recipient}\n\n ${identity} \n`;
  assert.deepEqual(await parseIdentities(text, "a.key"), [identity]);
  assert.equal((await parseIdentities(`${identity}\n${other.identity}`, "a.key")).length, 2);
  const broken = identity.slice(0, -1) + (identity.endsWith("Q") ? "P" : "Q");
  const cases = [
    ["", /a\.key holds no private key/],
    ["# only a comment", /holds no private key/],
    [`${identity}\n${broken}`, /a\.key line 2 is no private key/],
    [recipient, /line 1 is no private key/],
    ["-----BEGIN AGE ENCRYPTED FILE-----", /line 1 .*passphrase first/],
  ] as const;
  for (const [text, message] of cases) {
    await assert.rejects(parseIdentities(text, "a.key"), (error: Error) => {
      assert.match(error.message, message);
      assert.equal("code" in error && error.code, "backup_locked");
      assert.ok(!Deno.inspect(error).includes(broken), "shows a key");
      return true;
    });
  }
});

Deno.test({
  name: "the program age opens what is encrypted here, and what it encrypts is opened here",
  ignore: agePrograms.missing !== null,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "synapse_age_" });
    try {
      const theirs = await agePrograms.keygen(`${folder}/their.key`);
      const plain = sample(PIECE + 5);
      const sealed = await bytesOf(
        await encryptionTo([theirs, recipient])(streamOf(plain)),
      );
      assert.deepEqual(
        await agePrograms.run(["--decrypt", "--identity", `${folder}/their.key`], sealed),
        plain,
      );
      const made = await agePrograms.run(["--recipient", theirs], plain);
      const read = await parseIdentities(
        await Deno.readTextFile(`${folder}/their.key`),
        "their.key",
      );
      assert.deepEqual(await bytesOf(await decryptionWith(read)(streamOf(made))), plain);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
