/**
 * Files for the eyes of few: the age format (age-encryption.org/v1), as the program `age` writes and
 * reads it. Encrypting takes public keys only, so that the machine that makes backups cannot read them.
 *
 * Everything passes piece by piece, 64 KiB at a time, whatever the size. Each piece is authenticated, and
 * so is which one is the last.
 *
 * @module
 */
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { errorMessage, SynapseError } from "../errors.ts";

/** Bytes that pass. */
export type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Makes of bytes others, as they pass. */
export type Conversion = (bytes: Bytes) => Promise<Bytes>;

/** What an identity's line begins with: X25519, or that with ML-KEM-768 (post-quantum). */
const IDENTITY = /^AGE-SECRET-KEY-(PQ-)?1/;

/** In what must not be shown. */
const SECRET = /AGE-SECRET-KEY-/i;

/** What the library says of a file that is for others. */
const FOR_OTHERS = /no identity matched/;

/**
 * Encrypts to public keys; each of them alone opens it.
 *
 * @param recipients `age1…`, at least one
 * @throws {SynapseError} `config_invalid` if one is no public key of age
 */
export function encryptionTo(recipients: readonly string[]): Conversion {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw noRecipient(recipient, cause);
    }
  }
  return async (bytes) => await encrypter.encrypt(bytes) as Bytes;
}

/** What is secret is not told, and not what the library says of it either. */
function noRecipient(text: string, cause: unknown): SynapseError {
  if (SECRET.test(text)) {
    const message = "A recipient is a private key: keep it away from here, " +
      "`age-keygen -y FILE` prints the public one";
    return new SynapseError("config_invalid", message);
  }
  const message = `Recipient ${JSON.stringify(text)} is no public key of age, age1…: ` +
    errorMessage(cause);
  return new SynapseError("config_invalid", message, { cause });
}

/**
 * Decrypts with private keys. The stream fails with `backup_invalid` at the first piece that is not as
 * it was written; whoever reads it must wait for its end before they trust what they got.
 *
 * @param identities `AGE-SECRET-KEY-1…`, see {@link parseIdentities}
 */
export function decryptionWith(identities: readonly string[]): Conversion {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return async (bytes) => {
    const source = bytes.getReader();
    try {
      const plain = await decrypter.decrypt(relay(source, (cause) => cause));
      return relay((plain as Bytes).getReader(), undecryptable);
    } catch (cause) {
      // The library leaves what it has begun to read.
      await source.cancel();
      throw FOR_OTHERS.test(errorMessage(cause)) ? locked(cause) : undecryptable(cause);
    }
  };
}

/**
 * The private keys in the text of an identity file: one a line, between comments that begin with `#`.
 *
 * @param path for messages, which never show a line: it is secret
 * @throws {SynapseError} `backup_locked` if there is none, or one that cannot be used here
 */
export async function parseIdentities(text: string, path: string): Promise<string[]> {
  const found: string[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (!await isIdentity(line)) {
      const message = `${path} line ${i + 1} is no private key of age, AGE-SECRET-KEY-1…: ` +
        "decrypt a file with a passphrase first, `age --decrypt FILE`";
      throw new SynapseError("backup_locked", message, { data: { line: i + 1 } });
    }
    found.push(line);
  }
  if (found.length > 0) return found;
  throw new SynapseError("backup_locked", `${path} holds no private key of age`);
}

/** What is wrong with it is not told: the library may quote it. */
async function isIdentity(line: string): Promise<boolean> {
  if (!IDENTITY.test(line)) return false;
  try {
    await identityToRecipient(line);
    return true;
  } catch {
    return false;
  }
}

function locked(cause: unknown): SynapseError {
  const message = "Backup is encrypted to other keys: none of the identities given opens it";
  return new SynapseError("backup_locked", message, { cause });
}

function undecryptable(cause: unknown): SynapseError {
  const message = `Backup cannot be decrypted, it is damaged or cut: ${errorMessage(cause)}`;
  return new SynapseError("backup_invalid", message, { cause });
}

/** What a reader reads; if that ends in an error, in another one. */
function relay(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  as: (cause: unknown) => unknown,
): Bytes {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        controller.error(as(cause));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
