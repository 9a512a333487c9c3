import { testRehearsal } from "../test_rehearsal.ts";
import * as rehearsal from "./rehearsal.ts";

const NAME = "the image and the stack of docker-compose.yml on a real Docker Engine";

await testRehearsal(NAME, rehearsal, 34);
