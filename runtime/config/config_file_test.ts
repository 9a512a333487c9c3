import assert from "node:assert/strict";
import { readConfigFile } from "./config_file.ts";
import type { ConfigFault } from "./fault.ts";

function read(text: string | null, named?: string) {
  const faults: ConfigFault[] = [];
  const paths: string[] = [];
  const readFile = (path: string) => {
    paths.push(path);
    return text;
  };
  const file = readConfigFile({ named, cwd: "/srv/node", readFile }, faults);
  return { file, paths, faults: faults.map(({ message }) => message) };
}

Deno.test("readConfigFile() reads config/config.yaml of the working folder, or the named file", () => {
  assert.deepEqual(read("a: 1").paths, ["/srv/node/config/config.yaml"]);
  assert.deepEqual(read("a: 1", "my.yaml").paths, ["/srv/node/my.yaml"]);
  assert.deepEqual(read("a: 1", "/etc/my.yaml").paths, ["/etc/my.yaml"]);
});

Deno.test("readConfigFile() has no values and no faults when nobody named the missing file", () => {
  const { file, faults } = read(null);
  assert.deepEqual([file.values, faults], [{}, []]);
});

Deno.test("readConfigFile() has no values and no faults when the file is empty", () => {
  for (const text of ["", "\n", "# nothing\n", "---\n"]) {
    const { file, faults } = read(text);
    assert.deepEqual([file.values, faults], [{}, []]);
  }
});

Deno.test("readConfigFile() refuses what it cannot read, with line and column", () => {
  const cases: [string | null, string | undefined, RegExp][] = [
    [null, "my.yaml", /^SYNAPSE_CONFIG is "my.yaml", wanted the path of a file that exists/],
    ["a: [1", undefined, /is not YAML: .*\(line 1, column 6\)$/],
    ["a: 1\na: 2", undefined, /is not YAML: Map keys must be unique \(line 2, column 1\)$/],
    ["a: 1\n\tb: 2", undefined, /is not YAML: .*\(line 2, column \d+\)$/],
    ["- a\n- b", undefined, /is a list, wanted a map with sections/],
    ["just text", undefined, /is "just text", wanted a map with sections/],
    ["a: *none", undefined, /cannot be read: Unresolved alias .*none/],
  ];
  for (const [text, named, message] of cases) {
    const { faults, file } = read(text, named);
    assert.match(faults[0] ?? "", message);
    assert.deepEqual(file.values, {});
  }
});

Deno.test("readConfigFile() names the reason when reading throws", () => {
  const faults: ConfigFault[] = [];
  const readFile = () => {
    throw new Deno.errors.PermissionDenied("Permission denied");
  };
  readConfigFile({ named: "x.yaml", cwd: "/srv", readFile }, faults);
  assert.equal(faults[0]?.message, "x.yaml cannot be read: Permission denied (configuration file)");
});

Deno.test("readConfigFile() refuses aliases that grow without bound", () => {
  const grow = Array.from(
    { length: 12 },
    (_, n) => `k${n + 1}: &k${n + 1} [${`*k${n}, `.repeat(9)}]`,
  );
  const { faults } = read(["k0: &k0 [x]", ...grow].join("\n"));
  assert.match(faults[0] ?? "", /cannot be read: Excessive alias count/);
});

Deno.test("sourceOf() gives the line of a key, or of the nearest place above one that is missing", () => {
  const { file } = read(
    "llm:\n  retry:\n    attempts: 0\nagents:\n  a:\n    skills:\n      - x\n      - 3\n",
  );
  const cases: [PropertyKey[], number][] = [
    [["llm", "retry", "attempts"], 3],
    [["llm", "retry", "other"], 2],
    [["agents", "a", "skills", 1], 8],
    [["agents", "b"], 4],
    [["journal"], 1],
  ];
  for (const [path, line] of cases) assert.equal(file.sourceOf(path), `config/config.yaml:${line}`);
});
