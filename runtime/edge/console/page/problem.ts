/**
 * What went wrong with a request, in the words of the API (RFC 9457), or in the page's own where no
 * node answered.
 *
 * @module
 */

/** One fault of a request's body or query. */
export interface RequestFault {
  readonly path: string;
  readonly message: string;
}

/** What went wrong. */
export interface Problem {
  /** Of HTTP; 0 if there was no answer. */
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly request_id: string | null;
  readonly faults: readonly RequestFault[];
}

/** A request that did not do what it was for. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;
  /** After how many seconds the node wants to be asked again; null: it did not say. */
  readonly retry_after_s: number | null;

  constructor(problem: Problem, retry_after_s: number | null = null) {
    super(problem.detail);
    this.problem = problem;
    this.retry_after_s = retry_after_s;
  }
}

/** Reads an answer's text. What is in between may answer instead of a node, so nothing is taken for granted. */
export function readProblem(status: number, text: string): Problem {
  const body = parseObject(text);
  const word = (name: string, otherwise: string) => {
    const value = body[name];
    return typeof value === "string" && value !== "" ? value : otherwise;
  };
  const request_id = word("request_id", "");
  return {
    status,
    code: word("code", `http_${status}`),
    title: word("title", `The answer was HTTP ${status}`),
    detail: word("detail", "It was not in a node's words: something in between may have answered"),
    request_id: request_id === "" ? null : request_id,
    faults: Array.isArray(body.errors) ? body.errors.flatMap(readFault) : [],
  };
}

/** Nobody answered, or not in time. */
export const UNREACHABLE: Problem = {
  status: 0,
  code: "unreachable",
  title: "The node cannot be reached",
  detail: "It may be restarting or hang, or the connection to it is down",
  request_id: null,
  faults: [],
};

/** Whether it may pass by itself, so that the same request may be sent again. */
export function isPassing({ status }: Problem): boolean {
  return status === 0 || status === 429 || status === 502 || status === 503 || status === 504;
}

function readFault(value: unknown): RequestFault[] {
  const { path, message } = (value ?? {}) as Record<string, unknown>;
  return typeof path === "string" && typeof message === "string" ? [{ path, message }] : [];
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}
