import { testMemory } from "../contract.ts";
import { openOnServer, openOnStandIn } from "./test_server.ts";

// The stand-in shows that requests and answers are as Qdrant describes them; what Qdrant makes of them,
// only the server shows.
testMemory("Qdrant's stand-in", openOnStandIn);

const url = Deno.env.get("QDRANT_URL");
if (url !== undefined) {
  testMemory(`Qdrant at ${new URL(url).host}`, openOnServer(url, Deno.env.get("QDRANT_API_KEY")));
} else {
  Deno.test({
    name: "Qdrant server: the contract (passed over: QDRANT_URL is not set)",
    ignore: true,
    fn: () => {},
  });
}
