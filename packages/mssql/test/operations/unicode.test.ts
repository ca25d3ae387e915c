import type { FailureDetails } from "@durable-host/engine";
import { aCommit, anEventRaised, silentLogger, useHub } from "@durable-host/testkit";
import { prepareSchema } from "../../src/schema/prepare-schema";
import type { SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

const TEXT = '"naïve – 日本 – 👩‍🚀"';

describeWithServer("texts of all languages", (server) => {
  const database = useDatabase(server);
  const hub = useHub(() => aMssqlFixture(database.current));

  it("come back from the database as they were: input, event, output, failure, status, tag [SQL11]", async () => {
    await hub().create("i1", { input: TEXT, tags: { ["schlüssel 🔑"]: TEXT } });
    await hub().provider.sendMessage({ instanceId: "i1", event: anEventRaised("ereignis 🎉", { input: TEXT }) });
    const item = await hub().lockOne();
    const failureDetails: FailureDetails = {
      errorType: "Fehler",
      errorMessage: TEXT,
      stackTrace: TEXT,
      innerFailure: null,
      isNonRetriable: false,
      properties: { wert: TEXT },
    };
    const instance = {
      ...item.instance,
      runtimeStatus: "Failed" as const,
      customStatus: TEXT,
      output: TEXT,
      failureDetails,
      completedAt: item.instance.createdAt,
    };
    await hub().provider.commitOrchestration(item, aCommit(item, { instance }));
    await hub().restart();

    expect(await hub().provider.getInstance("i1")).toEqual(instance);
    const history = await hub().provider.readHistory("i1");
    expect(history.slice(1)).toEqual(item.messages.map(({ event }) => event));
    expect(history[2]).toMatchObject({ name: "ereignis 🎉", input: TEXT });
    const found = { top: 10, tags: { ["schlüssel 🔑"]: TEXT } };
    expect((await hub().provider.queryInstances(found)).instances).toHaveLength(1);
  });
});

describe("the collation of a database", () => {
  const answering = (collation: string): SqlClient => {
    const answer = async () => ({ sets: [[{ Collation: collation }]], returnValue: 0 });
    return {
      call: answer,
      query: answer,
      batch: answer,
      transaction: () => Promise.resolve({ action: "current", applied: [] } as never),
      close: async () => undefined,
    };
  };

  it.each([
    ["Latin1_General_100_BIN2_UTF8", true],
    ["SQL_Latin1_General_CP1_CI_AS", false],
  ])("%s is warned of at the start unless it keeps all characters [SQL11]", async (collation, isUtf8) => {
    const logged: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void logged.push(message) };
    const prepared = await prepareSchema(answering(collation), { schema: "dt", maySetUp: true, logger });
    expect(prepared.isUtf8).toBe(isUtf8);
    expect(logged).toEqual(isUtf8 ? [] : [expect.stringContaining(collation)]);
  });
});
