import { createSchema } from "../../src/schema/create-schema";
import { describeWithServer } from "../stand/server";
import { TestDatabase } from "../stand/test-database";
import { ContractHub } from "./contract-hub";
import { SCENARIOS } from "./contract-scenarios";
import { describeWithMicrosoftScripts, installMicrosoftSchema } from "./microsoft-scripts";

describeWithServer("the contract's procedures, ours beside Microsoft's", (server) => {
  describeWithMicrosoftScripts("the same happens to both", () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await TestDatabase.create(server);
      await createSchema(database.client, "ours");
      await installMicrosoftSchema(database, "theirs");
    }, 120_000);
    afterEach(async () => {
      await database.empty("ours");
      await database.empty("theirs");
    });
    afterAll(() => database.drop(), 60_000);

    it.each(SCENARIOS)(
      "$title",
      async ({ run }) => {
        const [ours, theirs] = ["ours", "theirs"].map((schema) => new ContractHub(database.client, schema));
        if (ours === undefined || theirs === undefined) throw new Error("Both schemas are there.");
        const expected = { answer: await run(theirs), content: await theirs.content() };
        const actual = { answer: await run(ours), content: await ours.content() };
        expect(actual.answer).toEqual(expected.answer);
        expect(actual.content).toEqual(expected.content);
      },
      60_000,
    );
  });
});
