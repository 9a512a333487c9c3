import assert from "node:assert/strict";
import { finish } from "./bundle.ts";
import { ReleaseError } from "./release_error.ts";

const BUNDLE = `// ../home/a+b/npm/registry.example/zod/4.0.0/core.js
var core = __esm({
  "../home/a+b/npm/registry.example/zod/4.0.0/core.js"() {
    say("../home/a+b/npm/registry.example/zod/4.0.0/core.js");
  }
});
// runtime/main.ts
`;

Deno.test("finish() names packages without their place, and says the revision first", () => {
  assert.equal(
    finish(BUNDLE, "../home/a+b/npm", 'a"b'),
    `const SYNAPSE_REVISION = "a\\"b";
// npm/zod/4.0.0/core.js
var core = __esm({
  "npm/zod/4.0.0/core.js"() {
    say("../home/a+b/npm/registry.example/zod/4.0.0/core.js");
  }
});
// runtime/main.ts
`,
  );
});

Deno.test("finish() refuses a bundle whose packages are somewhere else", () => {
  assert.throws(() => finish(BUNDLE, "../home/b/npm", "a"), ReleaseError);
});
