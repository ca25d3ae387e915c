import type { CallResult, SqlClient } from "../../src/connection/sql-client";
import { portableBatches, translating } from "./portable-script";

describe("scripts on a server that is not SQL Server", () => {
  it("drop and create what SQL Server would replace", () => {
    const batch = "-- Why.\nCREATE OR ALTER PROCEDURE [dt].[Do] @A int AS SELECT @A;";

    expect(portableBatches(batch)).toEqual([
      "DROP PROCEDURE IF EXISTS [dt].[Do]",
      "-- Why.\nCREATE PROCEDURE [dt].[Do] @A int AS SELECT @A;",
    ]);
  });

  it("find the name of a function before its parameters", () => {
    const [drop] = portableBatches("create or alter function dt.Twice(@n int) RETURNS int AS BEGIN RETURN 2 * @n END");

    expect(drop).toBe("DROP function IF EXISTS dt.Twice");
  });

  it("leave out rights on types, and nothing else of the batch", () => {
    const batch = "GRANT EXECUTE ON TYPE::dt.Ids TO reader;\nGRANT EXECUTE ON dt.Get TO reader;";

    expect(portableBatches(batch).map((text) => text.trim())).toEqual(["GRANT EXECUTE ON dt.Get TO reader;"]);
  });

  it("run no batch of which nothing but comments is left", () => {
    expect(portableBatches("-- For monitors.\nGRANT EXECUTE ON TYPE::dt.Ids TO reader;\n")).toEqual([]);
  });

  it("create keys without the option to ignore duplicates", () => {
    const [batch] = portableBatches("CREATE TABLE t (a int PRIMARY KEY WITH (IGNORE_DUP_KEY = ON));");

    expect(batch).toMatch(/^CREATE TABLE t \(a int PRIMARY KEY ?\);$/);
  });

  it("compare columns of text by case, as the recommended collation does, whatever the database's is", () => {
    const batch = "DECLARE @id varchar(9) = CAST(1 AS varchar(9)), @ids TABLE ([ID] varchar(9), b varchar(max), c int)";

    expect(portableBatches(batch)).toEqual([
      batch.replace("[ID] varchar(9)", "[ID] varchar(9) COLLATE Latin1_General_100_BIN2"),
    ]);
  });

  it("leave other batches as they are", () => {
    const batch = "SELECT 1 AS one -- CREATE\n";

    expect(portableBatches(batch)).toEqual([batch]);
  });
});

describe("a translating client", () => {
  it("translates batches, inside and outside of transactions, and nothing else", async () => {
    const sent: string[] = [];
    const client = translating(recording(sent));
    await client.batch("CREATE OR ALTER VIEW v AS SELECT 1");
    await client.transaction((inner) => inner.batch("CREATE OR ALTER VIEW w AS SELECT 1"));
    await client.query("CREATE OR ALTER as text");
    await client.call("dt.CreateOrAlter", []);
    await client.close();

    expect(sent).toEqual([
      "DROP VIEW IF EXISTS v",
      "CREATE VIEW v AS SELECT 1",
      "begin",
      "DROP VIEW IF EXISTS w",
      "CREATE VIEW w AS SELECT 1",
      "end",
      "CREATE OR ALTER as text",
      "dt.CreateOrAlter",
      "closed",
    ]);
  });

  it("answers what the last batch answered", async () => {
    const client = translating(recording([]));

    expect((await client.batch("CREATE OR ALTER VIEW v AS SELECT 1")).sets).toEqual([
      [{ sql: "CREATE VIEW v AS SELECT 1" }],
    ]);
  });
});

/** A client without a server that writes down what it is asked and answers it. */
function recording(sent: string[]): SqlClient {
  const answer = async (sql: string): Promise<CallResult> => {
    sent.push(sql);
    return { sets: [[{ sql }]], returnValue: undefined };
  };
  const calls = { call: answer, query: answer, batch: answer };
  return {
    ...calls,
    async transaction(work) {
      sent.push("begin");
      const result = await work(calls);
      sent.push("end");
      return result;
    },
    async close() {
      sent.push("closed");
    },
  };
}
