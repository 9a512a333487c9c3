/**
 * The built-in skill `http_send`: changes something on the web. A skill of its own, because its risk
 * is another one than that of reading.
 *
 * @module
 */
import { z } from "zod";
import { sendGuarded } from "./guarded_request.ts";
import { guardedRequestOptions, type HttpSkillOptions } from "./http_fetch.ts";
import {
  headersSchema,
  requestHeaders,
  responseSchema,
  showResponse,
  urlSchema,
} from "./http_message.ts";
import { defineSkill, type Skill } from "./skill.ts";

/**
 * Makes the skill `http_send`. Redirects are not followed but shown: who approved a call approved
 * that URL and no other.
 *
 * @throws {TypeError} if an allowed host cannot be read
 */
export function httpSendSkill(options: HttpSkillOptions): Skill {
  const requestOptions = guardedRequestOptions(options);
  return defineSkill({
    name: "http_send",
    description:
      "Sends an HTTP request that may change something (POST, PUT, PATCH or DELETE). Private addresses are refused; redirects are shown, not followed.",
    input: z.strictObject({
      url: urlSchema,
      method: z.enum(["POST", "PUT", "PATCH", "DELETE"]),
      headers: headersSchema.default({}),
      body: z.string().max(262_144).optional()
        .describe("Sent as it is; give a content-type in headers"),
    }),
    output: responseSchema,
    risk: 3,
    capabilities: ["net:*"],
    idempotent: false,
    run: async ({ url, method, headers, body }, { signal, idempotencyKey }) => {
      const target = new URL(url);
      const sent = requestHeaders({ "idempotency-key": idempotencyKey, ...headers });
      if (body !== undefined) sent["content-length"] = `${new TextEncoder().encode(body).length}`;
      const response = await sendGuarded(
        { url: target, method, headers: sent, body, signal },
        requestOptions,
      );
      return showResponse(target, response);
    },
  });
}
