/**
 * Test support: requests that a node must refuse, and how.
 *
 * @module
 */

/** A request, and the refusal that belongs to it. */
export interface BadRequest {
  /** What is wrong with it. */
  readonly what: string;
  readonly method: string;
  /** Below `/api/v1`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** As it stands; JSON if it is no text. */
  readonly body?: unknown;
  readonly status: number;
  readonly code: string;
}

type Refusal = Pick<BadRequest, "status" | "code">;

const INVALID: Refusal = { status: 422, code: "invalid_request" };
const MALFORMED: Refusal = { status: 400, code: "malformed_request" };
const TOO_LARGE: Refusal = { status: 413, code: "payload_too_large" };
const WRONG_TYPE: Refusal = { status: 415, code: "unsupported_media_type" };
const WRONG_METHOD: Refusal = { status: 405, code: "method_not_allowed" };
const notFound = (what: string): Refusal => ({ status: 404, code: `${what}_not_found` });

/** The session that exists; it is idle, and has a handful of events. */
export const SESSION = "sane";

const MESSAGES = `/sessions/${SESSION}/messages`;
const EVENTS = `/sessions/${SESSION}/events`;

const get = (what: string, path: string, refusal: Refusal, headers = {}): BadRequest => ({
  what,
  method: "GET",
  path,
  headers,
  ...refusal,
});

const post = (
  what: string,
  path: string,
  body: unknown,
  refusal: Refusal,
  headers = {},
): BadRequest => ({ what, method: "POST", path, body, headers, ...refusal });

const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

const BAD_BODIES: readonly BadRequest[] = [
  post("half a JSON text", "/sessions", '{"id": ', MALFORMED),
  post("two JSON texts", MESSAGES, '{"content":"a"}{"content":"b"}', MALFORMED),
  post("no body at all", MESSAGES, "", MALFORMED),
  post("a number as body", "/sessions", 7, INVALID),
  post("null as body", MESSAGES, "null", INVALID),
  post("an array as body", MESSAGES, [], INVALID),
  post("a number as content", MESSAGES, { content: 7 }, INVALID),
  post("an empty content", MESSAGES, { content: "" }, INVALID),
  post("no content", MESSAGES, {}, INVALID),
  post("an unknown field", MESSAGES, { content: "a", role: "system" }, INVALID),
  post("an unknown choice", MESSAGES, { content: "a", on_busy: "panic" }, INVALID),
  post("an unknown field of a session", "/sessions", { tenant: "other" }, INVALID),
  post("metadata that is no object", "/sessions", { metadata: "a" }, INVALID),
  post("metadata that is an array", "/sessions", { metadata: [] }, INVALID),
  post("metadata too large", "/sessions", { metadata: { a: "x".repeat(20_000) } }, TOO_LARGE),
  post("metadata too deep", "/sessions", `{"metadata":{"a":${deep(100_000)}}}`, INVALID),
  post("a number that no double holds", "/sessions", `{"metadata":{"a":1e999}}`, INVALID),
  post("a content too large", MESSAGES, { content: "x".repeat(300_000) }, TOO_LARGE),
  post("a body too large", MESSAGES, { content: "x".repeat(2_000_000) }, TOO_LARGE),
  post("plain text", MESSAGES, "hello", WRONG_TYPE, { "content-type": "text/plain" }),
  post("a form", MESSAGES, "content=a", WRONG_TYPE, {
    "content-type": "application/x-www-form-urlencoded",
  }),
  post("another charset", MESSAGES, { content: "a" }, WRONG_TYPE, {
    "content-type": "application/json; charset=iso-8859-1",
  }),
  post("a compressed body", MESSAGES, { content: "a" }, WRONG_TYPE, { "content-encoding": "gzip" }),
];

const BAD_NAMES: readonly BadRequest[] = [
  post("an empty id", "/sessions", { id: "" }, INVALID),
  post("an id with a slash", "/sessions", { id: "a/b" }, INVALID),
  post("an id that is a path", "/sessions", { id: ".." }, INVALID),
  post("an id too long", "/sessions", { id: "a".repeat(129) }, INVALID),
  post("an id with a line feed", "/sessions", { id: "a\nb" }, INVALID),
  post("an id that is taken", "/sessions", { id: SESSION }, {
    status: 409,
    code: "session_exists",
  }),
  post("an agent's name in capitals", "/sessions", { agent: "Assistant" }, INVALID),
  post("an agent that is not there", "/sessions", { agent: "nobody" }, notFound("agent")),
  get("an agent's name that is none", "/agents/No%20Name", INVALID),
  get("an agent that is not there", "/agents/nobody", notFound("agent")),
  { ...post("a wrong agent", "/agents/fine", { max_steps: 0 }, INVALID), method: "PUT" },
  { ...post("a model of nobody", "/agents/fine", { model: "none/x" }, INVALID), method: "PUT" },
  get("a session that is not there", "/sessions/nobody", notFound("session")),
  get("a session's id that is none", "/sessions/a%2Fb%00", notFound("session")),
  get("an id that is no UTF-8", "/sessions/%ff", notFound("session")),
  get("an id of 5,000 characters", `/sessions/${"a".repeat(5000)}`, notFound("session")),
  get("events of no session", "/sessions/nobody/events", notFound("session")),
  get("the state of no session", "/sessions/nobody/state", notFound("session")),
  post("a message to no session", "/sessions/nobody/messages", { content: "a" }, {
    ...notFound("session"),
  }),
  post("an approval that is not there", "/approvals/nobody", { decision: "approve" }, {
    ...notFound("approval"),
  }),
  post("a dead letter that is not there", "/dead-letters/nobody/retry", {}, {
    ...notFound("dead_letter"),
  }),
  get("a route that is not there", "/nothing/here", notFound("route")),
];

const BAD_PARAMETERS: readonly BadRequest[] = [
  get("a limit of nothing", "/sessions?limit=0", INVALID),
  get("a limit too high", "/sessions?limit=201", INVALID),
  get("a limit that is no number", "/sessions?limit=ten", INVALID),
  get("a cursor that is none", "/sessions?cursor=nonsense", INVALID),
  get("an empty cursor", "/sessions?cursor=", INVALID),
  get("a cursor of approvals that is none", "/approvals?cursor=-1%27", INVALID),
  get("a cursor of dead letters that is none", "/dead-letters?cursor=1e400", INVALID),
  get("a status that is none", "/sessions?status=happy", INVALID),
  get("an approval's status that is none", "/approvals?status=maybe", INVALID),
  get("a query that nobody knows", "/sessions?tenant=other", INVALID),
  get("events after less than nothing", `${EVENTS}?after=-1`, INVALID),
  get("events after a fraction", `${EVENTS}?after=1.5`, INVALID),
  get("events to follow perhaps", `${EVENTS}?follow=perhaps`, INVALID),
  get("the state before the first event", `/sessions/${SESSION}/state?seq=0`, INVALID),
  get("the state after the last event", `/sessions/${SESSION}/state?seq=9999`, notFound("seq")),
  post("a fork from the future", `/sessions/${SESSION}/fork`, { seq: 9999 }, notFound("seq")),
  post("a fork from nothing", `/sessions/${SESSION}/fork`, { seq: 0 }, INVALID),
  post("a wait without a number", `${MESSAGES}?wait=long`, { content: "a" }, INVALID),
  post("a wait of less than nothing", `${MESSAGES}?wait=-1s`, { content: "a" }, INVALID),
  post("a cancel without a turn", `/sessions/${SESSION}/cancel`, {}, {
    status: 409,
    code: "turn_not_running",
  }),
];

const stream = (id: string) => ({ accept: "text/event-stream", "last-event-id": id });
const key = (value: string) => ({ "idempotency-key": value });

const BAD_HEADERS: readonly BadRequest[] = [
  get("a Last-Event-ID that is no number", EVENTS, MALFORMED, stream("latest")),
  get("a Last-Event-ID below zero", EVENTS, MALFORMED, stream("-1")),
  get("a Last-Event-ID with too many parts", EVENTS, MALFORMED, stream("1.2.3")),
  get("a Last-Event-ID beyond all numbers", EVENTS, MALFORMED, stream("9".repeat(30))),
  post("an Idempotency-Key too long", MESSAGES, { content: "a" }, MALFORMED, key("k".repeat(256))),
  post("an Idempotency-Key with a space", MESSAGES, { content: "a" }, MALFORMED, key("a b")),
  post("an empty Idempotency-Key", MESSAGES, { content: "a" }, MALFORMED, key("")),
  post("an Idempotency-Key of another request", MESSAGES, { content: "other" }, {
    status: 422,
    code: "idempotency_key_reused",
  }, key("taken")),
];

const BAD_METHODS: readonly BadRequest[] = [
  ["DELETE", "/sessions"],
  ["PUT", `/sessions/${SESSION}`],
  ["GET", MESSAGES],
  ["POST", EVENTS],
  ["PATCH", "/agents/assistant"],
  ["DELETE", "/approvals"],
].map(([method, path]) => ({
  what: `${method} where there is none`,
  method: method!,
  path: path!,
  ...WRONG_METHOD,
}));

/** All of them. */
export const BAD_REQUESTS: readonly BadRequest[] = [
  ...BAD_BODIES,
  ...BAD_NAMES,
  ...BAD_PARAMETERS,
  ...BAD_HEADERS,
  ...BAD_METHODS,
];
