/**
 * Questions to people: list them, answer them.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Question } from "../journal/directory_port.ts";
import { SynapseError } from "../errors.ts";
import type { Skills } from "../sandbox/port.ts";
import { approvalBody } from "./bodies.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { accepted, identify } from "./idempotency.ts";
import { requestFaults } from "./request_faults.ts";
import { commandProblems, jsonBody, jsonContent, problems } from "./responses.ts";
import {
  approvalListQuerySchema,
  approvalListSchema,
  approvalSchema,
  decideApprovalSchema,
  idempotencyHeaderSchema,
  idParamSchema,
} from "./schemas.ts";

const tags = ["approvals"];

const listApprovals = createRoute({
  method: "get",
  path: "/approvals",
  tags,
  summary:
    "List questions to people, oldest first; those that are pending unless another status is asked for",
  request: { query: approvalListQuerySchema },
  responses: {
    ...problems("invalid_request"),
    200: jsonContent(approvalListSchema, "A page of approvals"),
  },
});

const decideApproval = createRoute({
  method: "post",
  path: "/approvals/{id}",
  tags,
  summary: "Answer a question",
  request: {
    params: idParamSchema,
    headers: idempotencyHeaderSchema,
    body: jsonBody(decideApprovalSchema, true),
  },
  responses: {
    ...commandProblems(
      "approval_not_found",
      "approval_decided",
      "approval_answer_invalid",
      "session_closed",
    ),
    200: jsonContent(approvalSchema, "The approval as it is settled now"),
  },
});

type Decision = z.output<typeof decideApprovalSchema>;

/** What can be answered to each kind of question. */
const ACCEPTED = {
  skill: ["approve", "deny"],
  interrupted: ["run_again", "treat_as_done", "fail"],
} as const satisfies Record<z.output<typeof approvalSchema>["kind"], readonly string[]>;

/** GET /approvals and POST /approvals/{id}. */
export function approvalRoutes(deps: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const { journal, engine } = deps;
  const app = new OpenAPIHono<EdgeEnv>();

  app.openapi(listApprovals, async (c) => {
    const { status, cursor = null, limit } = c.req.valid("query");
    const { tenant } = c.get("principal");
    const wanted = status === "all" ? null : status;
    const page = await journal.questions(tenant, wanted, { cursor, limit });
    return c.json({ items: page.items.map(approvalBody), next: page.next }, 200);
  });

  app.openapi(decideApproval, async (c) => {
    const { tenant, name } = c.get("principal");
    const { id } = c.req.valid("param");
    const answer = c.req.valid("json");
    const find = async () => found(id, await journal.question(tenant, id));
    const question = await find();
    await checkAnswer(deps.skills, question, answer);
    const { submit } = await identify(c, deps.entropy);
    const { decision, reason = null, input } = answer;
    const command = {
      type: "approval.decide",
      approval_id: id,
      decision,
      reason,
      ...(input === undefined ? {} : { input }),
      by: name,
    };
    accepted(c, await engine.submit(question.address, command, submit));
    return c.json(approvalBody(await find()), 200);
  });

  return app;
}

async function checkAnswer(skills: Skills, question: Question, answer: Decision): Promise<void> {
  const { kind, skill } = approvalBody(question);
  const { decision, input } = answer;
  const accepted: readonly string[] = ACCEPTED[kind];
  if (!accepted.includes(decision)) {
    const wanted = accepted.join(", ");
    throw requestFaults([{
      path: "body.decision",
      message: `A question of kind ${kind} takes ${wanted}, found ${JSON.stringify(decision)}`,
    }]);
  }
  if (input === undefined || decision === "treat_as_done") return;
  if (decision !== "approve") {
    const message = `Only approve and treat_as_done take one, found it with ${decision}`;
    throw requestFaults([{ path: "body.input", message }]);
  }
  const fault = await skills.checkInput(skill, input);
  if (fault !== null) throw requestFaults([{ path: "body.input", message: fault }]);
}

function found(id: string, question: Question | null): Question {
  if (question) return question;
  throw new SynapseError("approval_not_found", `Approval ${id} does not exist`);
}
