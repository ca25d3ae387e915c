import { useHub } from "@durable-host/testkit";
import type { CallOptions, SqlClient } from "../../src/connection/sql-client";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

describeWithServer("calls that change nothing", (server) => {
  const database = useDatabase(server);
  const called = new Map<string, CallOptions | undefined>();
  const recording = (): SqlClient => {
    const { client } = database.current;
    return {
      call: (procedure, parameters, options) => {
        called.set(procedure.split(".")[1] ?? "", options);
        return client.call(procedure, parameters, options);
      },
      query: (...args) => client.query(...args),
      batch: (...args) => client.batch(...args),
      transaction: (work) => client.transaction(work),
      close: async () => undefined,
    };
  };
  const hub = useHub(() => aMssqlFixture(database.current, { connect: recording }));

  it("are told from those whose outcome may be unknown", async () => {
    const { provider } = hub();
    await hub().createRunning("i1");
    await provider.getInstance("i1");
    await provider.readHistory("i1");
    await provider.describeWork?.("i1");
    await provider.queryInstances({ top: 1 });
    const reads = [...called].filter(([, options]) => options?.reads === true).map(([procedure]) => procedure);
    expect(reads.toSorted()).toEqual(["DescribeWork", "GetInstance", "PeekWork", "QueryInstances", "ReadHistory"]);
  });
});
