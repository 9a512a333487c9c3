import { testMemory } from "../contract.ts";
import { openSubject } from "./test_memory.ts";

testMemory("Embedded memory", openSubject);
