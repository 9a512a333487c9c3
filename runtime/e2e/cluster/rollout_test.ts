import assert from "node:assert/strict";
import type { PodState } from "./pod.ts";
import { type Move, nextMove } from "./rollout.ts";

const PRODUCTION = { replicas: 3, max_surge: 1, max_unavailable: 0 };

const pod = (revision: PodState["revision"], more: Partial<PodState> = {}): PodState => ({
  revision,
  available: true,
  leaving: false,
  ...more,
});

const OLD = pod("old");
const NEW = pod("new");
const STARTING = pod("new", { available: false });
const LEAVING = pod("old", { leaving: true });

const CASES: readonly (readonly [string, readonly PodState[], Move])[] = [
  ["a new pod comes before an old one goes", [OLD, OLD, OLD], { kind: "start" }],
  ["nobody goes before it is available", [OLD, OLD, OLD, STARTING], { kind: "wait" }],
  ["then the first old one goes", [OLD, OLD, OLD, NEW], { kind: "end", pod: 0 }],
  ["who is leaving makes room", [LEAVING, OLD, OLD, NEW], { kind: "start" }],
  ["and is not counted", [LEAVING, OLD, OLD, NEW, STARTING], { kind: "wait" }],
  ["the next one goes", [LEAVING, OLD, OLD, NEW, NEW], { kind: "end", pod: 1 }],
  [
    "who is not available anyway is not missed",
    [pod("old", { available: false }), OLD, OLD, NEW],
    { kind: "end", pod: 0 },
  ],
  ["the last new one must be available too", [LEAVING, NEW, NEW, STARTING], { kind: "wait" }],
  ["all are new", [LEAVING, LEAVING, LEAVING, NEW, NEW, NEW], { kind: "done" }],
];

Deno.test("nextMove() replaces pods one by one, and always leaves three", () => {
  for (const [name, pods, move] of CASES) assert.deepEqual(nextMove(pods, PRODUCTION), move, name);
});

Deno.test("nextMove() ends one first where one may be missing and none may be too many", () => {
  const settings = { replicas: 3, max_surge: 0, max_unavailable: 1 };
  assert.deepEqual(nextMove([OLD, OLD, OLD], settings), { kind: "end", pod: 0 });
  assert.deepEqual(nextMove([LEAVING, OLD, OLD], settings), { kind: "start" });
  assert.deepEqual(nextMove([LEAVING, OLD, OLD, STARTING], settings), { kind: "wait" });
});
