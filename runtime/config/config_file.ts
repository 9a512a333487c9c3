/**
 * Finds and reads the configuration file, and remembers on which line each key stands.
 *
 * @module
 */
import { resolve } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { errorMessage } from "../errors.ts";
import { type ConfigFault, wrongThing, wrongValue } from "./fault.ts";
import type { PathStep } from "./json_schema.ts";

/** What is read when nobody names a file. */
const DEFAULT_FILE = "config/config.yaml";

/** A configuration file, or its absence. */
export interface ConfigFile {
  /** What stands in it; an empty map when there is no file or it cannot be read. */
  readonly values: Readonly<Record<string, unknown>>;
  /** `FILE:LINE` of a key, or of the nearest place above it. */
  sourceOf(path: readonly PathStep[]): string;
}

/** Where to look, and how. */
export interface ConfigFileOptions {
  /** The file that somebody named; the default one may be missing. */
  readonly named: string | undefined;
  readonly cwd: string;
  /** The text of a file, or null when there is none. */
  readonly readFile: (path: string) => string | null;
}

/** Reads the file. What is wrong with it as YAML goes to `faults`. */
export function readConfigFile(options: ConfigFileOptions, faults: ConfigFault[]): ConfigFile {
  const name = options.named ?? DEFAULT_FILE;
  const none: ConfigFile = { values: {}, sourceOf: () => name };
  try {
    const text = options.readFile(resolve(options.cwd, name));
    if (text !== null) return parseConfigFile(name, text, faults);
    if (options.named !== undefined) {
      faults.push(
        wrongValue("SYNAPSE_CONFIG", name, "the path of a file that exists", "environment"),
      );
    }
  } catch (error) {
    faults.push(wrongThing(name, `cannot be read: ${errorMessage(error)}`, "configuration file"));
  }
  return none;
}

function parseConfigFile(name: string, text: string, faults: ConfigFault[]): ConfigFile {
  const lines = new LineCounter();
  // Pretty errors quote the line, and the line may hold a secret.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const line = (offset: number) => lines.linePos(offset).line;
  const sourceOf = (path: readonly PathStep[]) => {
    const offset = offsetOf(document.contents, path);
    return offset === null ? name : `${name}:${line(offset)}`;
  };
  for (const { message, pos } of document.errors) {
    const { line, col } = lines.linePos(pos[0]);
    faults.push(wrongThing(name, `is not YAML: ${message}`, `line ${line}, column ${col}`));
  }
  if (document.errors.length > 0) return { values: {}, sourceOf };
  const values: unknown = document.toJS() ?? {};
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    faults.push(wrongValue(name, values, "a map with sections such as llm", sourceOf([])));
    return { values: {}, sourceOf };
  }
  return { values: values as Record<string, unknown>, sourceOf };
}

/** The offset of the last key or item on the path that stands in the file. */
function offsetOf(contents: Node | null, path: readonly PathStep[]): number | null {
  let node: unknown = contents;
  let offset: number | null = contents?.range?.[0] ?? null;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) =>
        isScalar(key) && String(key.value) === String(step)
      );
      if (!pair || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      offset = isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] ?? offset : offset;
    } else break;
  }
  return offset;
}
