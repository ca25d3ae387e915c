import { anExecutionStarted, useHub } from "@durable-host/testkit";
import type { SqlClient } from "../../src/connection/sql-client";
import { SqlError } from "../../src/connection/sql-error";
import { aMssqlFixture } from "../mssql-fixture";
import { describeWithServer } from "../stand/server";
import { useDatabase } from "../stand/test-database";

jest.setTimeout(60_000);

describeWithServer("a call that a rival was ahead of", (server) => {
  const database = useDatabase(server);
  let refusals = 0;
  const refused = (): SqlClient => {
    const { client } = database.current;
    return {
      call: async (procedure, parameters, options) => {
        if (procedure !== "dt_host.CreateInstance" || refusals-- <= 0)
          return client.call(procedure, parameters, options);
        throw new SqlError("Violation of PRIMARY KEY constraint 'PK_Instances'.", { number: 2627 });
      },
      query: (...args) => client.query(...args),
      batch: (...args) => client.batch(...args),
      transaction: (work) => client.transaction(work),
      close: async () => undefined,
    };
  };
  const hub = useHub(() => aMssqlFixture(database.current, { connect: refused }));

  it("is repeated, and finds what the rival has made [SQL15]", async () => {
    await hub().create("i1");
    refusals = 1;
    await expect(
      hub().provider.createInstance(anExecutionStarted("i1", { executionId: "e2" }), new Set()),
    ).rejects.toMatchObject({ code: "INSTANCE_EXISTS" });
  });

  it("is refused for good when that does not help", async () => {
    refusals = 2;
    await expect(hub().create("i1")).rejects.toMatchObject({ code: "STORAGE_PERMANENT" });
    await expect(hub().provider.getInstance("i1")).resolves.toBeUndefined();
  });
});
