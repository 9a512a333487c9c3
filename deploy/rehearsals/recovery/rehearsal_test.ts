import { testRehearsal } from "../test_rehearsal.ts";
import * as rehearsal from "./rehearsal.ts";

const NAME =
  "a node and three nodes are destroyed under load, and restored or recovered to a moment";

await testRehearsal(NAME, rehearsal, 23);
