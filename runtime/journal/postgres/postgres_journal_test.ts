import { testJournal } from "../contract.ts";
import { TestSchemas } from "./test_database.ts";

const schemas = new TestSchemas();
Deno.test.afterAll(() => schemas[Symbol.asyncDispose]());

testJournal("Postgres journal", () => schemas.open(), { many_nodes: true });
