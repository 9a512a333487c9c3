import { testRehearsal } from "../test_rehearsal.ts";
import * as rehearsal from "./rehearsal.ts";

const NAME =
  "nodes under a real systemd: installed, killed, frozen, backed up, upgraded, taken away";

await testRehearsal(NAME, rehearsal, 29);
