import { testRehearsal } from "../test_rehearsal.ts";
import * as rehearsal from "./rehearsal.ts";

await testRehearsal("a real Prometheus sees each alert fire for its cause", rehearsal, 15);
