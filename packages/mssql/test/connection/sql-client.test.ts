import { waitUntil } from "@durable-host/testkit";
import { createSqlClient, type SqlClientOptions } from "../../src/connection/create-sql-client";
import { parseConnectionString } from "../../src/connection/parse-connection-string";
import type { SqlClient, SqlParameter } from "../../src/connection/sql-client";
import { describeWithServer } from "../stand/server";
import { TestDatabase } from "../stand/test-database";
import { type Relay, startRelay } from "./relay";

const SLOW_MS = 60_000;
/** Busy for a second or more, wherever it runs; a number so high that nobody waits for its end. */
const BUSY = "DECLARE @i int = 0; WHILE @i < 600000 SET @i = @i + 1; SELECT @i AS [I];";
const GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
const MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const ODD_TEXT = 'It\'s "odd": äöü ß 漢字 😀👩‍👩‍👧 \\ \n\t %_[x] -- /* */ ; GO';

const OBJECTS = [
  `CREATE TYPE dbo.Cells AS TABLE
     ([No] int NOT NULL PRIMARY KEY, [Name] nvarchar(100) NULL, [Text] nvarchar(max) NULL, [At] datetime2(7) NULL,
      [Big] bigint NULL, [Guid] uniqueidentifier NULL, [Flag] bit NULL, [Small] tinyint NULL)`,
  "CREATE TABLE dbo.Kept ([Key] nvarchar(100) NOT NULL PRIMARY KEY, [Text] nvarchar(max) NULL)",
  `CREATE PROCEDURE dbo.Echo @Text nvarchar(max), @At datetime2(7), @Big bigint, @Guid uniqueidentifier, @Flag bit,
     @Cells dbo.Cells READONLY AS
   BEGIN
     SET NOCOUNT ON;
     SELECT @Text AS [Text], @At AS [At], @Big AS [Big], @Guid AS [Guid], @Flag AS [Flag];
     SELECT [No] AS [No], [Name] AS [Name], [Text] AS [Text], [At] AS [At], [Big] AS [Big], [Guid] AS [Guid],
            [Flag] AS [Flag], [Small] AS [Small] FROM @Cells ORDER BY [No];
     SELECT 1 AS [Never] WHERE 1 = 0;
     RETURN 7;
   END`,
  `CREATE PROCEDURE dbo.Keep @Key nvarchar(100), @Text nvarchar(max), @Fail bit AS
   BEGIN
     SET NOCOUNT ON;
     BEGIN TRANSACTION;
     INSERT INTO dbo.Kept ([Key], [Text]) VALUES (@Key, @Text);
     IF @Fail = 1 THROW 50001, N'Refused on purpose.', 3;
     COMMIT TRANSACTION;
   END`,
];

interface EchoValues {
  readonly text?: string | null;
  readonly at?: number | null;
  readonly big?: number | null;
  readonly guid?: string | null;
  readonly flag?: boolean | null;
  readonly cells?: readonly (readonly unknown[])[];
}

function echoParameters(values: EchoValues): readonly SqlParameter[] {
  const columns = [
    { name: "No", type: "int" },
    { name: "Name", type: "nvarchar", length: 100 },
    { name: "Text", type: "nvarchar" },
    { name: "At", type: "datetime2" },
    { name: "Big", type: "bigint" },
    { name: "Guid", type: "uniqueidentifier" },
    { name: "Flag", type: "bit" },
    { name: "Small", type: "tinyint" },
  ] as const;
  return [
    { name: "Text", type: "nvarchar", value: values.text },
    { name: "At", type: "datetime2", value: values.at },
    { name: "Big", type: "bigint", value: values.big },
    { name: "Guid", type: "uniqueidentifier", value: values.guid },
    { name: "Flag", type: "bit", value: values.flag },
    { name: "Cells", type: "table", value: { type: "dbo.Cells", columns, rows: values.cells ?? [] } },
  ];
}

describeWithServer("a client on a server", (server) => {
  let database: TestDatabase;
  const toClose: SqlClient[] = [];
  const relays: Relay[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create(server);
    for (const text of OBJECTS) await database.client.batch(text);
  }, SLOW_MS);
  afterEach(async () => {
    await Promise.all(toClose.splice(0).map((client) => client.close()));
    await Promise.all(relays.splice(0).map((relay) => relay.close()));
    await database.client.batch("DELETE FROM dbo.Kept");
  }, SLOW_MS);
  afterAll(() => database?.drop(), SLOW_MS);

  function connect(extra = "", over: Partial<SqlClientOptions> = {}): SqlClient {
    const client = createSqlClient({ ...parseConnectionString(`${database.connectionString};${extra}`), ...over });
    toClose.push(client);
    return client;
  }

  async function throughRelay(over: Partial<SqlClientOptions> = {}): Promise<{ relay: Relay; client: SqlClient }> {
    const { address } = parseConnectionString(database.connectionString);
    const relay = await startRelay(address);
    relays.push(relay);
    // A certificate is made out for the server, not for the relay in front of it.
    return { relay, client: connect(`Server=127.0.0.1,${relay.port};HostNameInCertificate=${address.host}`, over) };
  }

  const keep = (client: Pick<SqlClient, "call">, key: string, fail = false) =>
    client.call("dbo.Keep", [
      { name: "Key", type: "nvarchar", value: key, length: 100 },
      { name: "Text", type: "nvarchar", value: key },
      { name: "Fail", type: "bit", value: fail },
    ]);

  async function keptKeys(): Promise<readonly unknown[]> {
    const { sets } = await database.client.query("SELECT [Key] AS [Key] FROM dbo.Kept ORDER BY [Key]");
    return (sets[0] ?? []).map((row) => row["Key"]);
  }

  describe("carries values", () => {
    it("of every type there and back, in parameters and in tables, with all result sets and the return value [SQL11]", async () => {
      const { sets, returnValue } = await connect().call(
        "dbo.Echo",
        echoParameters({
          text: ODD_TEXT,
          at: MS,
          big: Number.MAX_SAFE_INTEGER,
          guid: GUID.toUpperCase(),
          flag: true,
          cells: [
            [1, "name", ODD_TEXT, MS + 1, -1, GUID, false, 255],
            [2, null, null, null, null, null, null, null],
            [3, "", "", 0, 0, GUID, true, 0],
          ],
        }),
      );
      expect(returnValue).toBe(7);
      expect(sets).toEqual([
        [{ Text: ODD_TEXT, At: MS, Big: Number.MAX_SAFE_INTEGER, Guid: GUID, Flag: true }],
        [
          { No: 1, Name: "name", Text: ODD_TEXT, At: MS + 1, Big: -1, Guid: GUID, Flag: false, Small: 255 },
          { No: 2, Name: null, Text: null, At: null, Big: null, Guid: null, Flag: null, Small: null },
          { No: 3, Name: "", Text: "", At: 0, Big: 0, Guid: GUID, Flag: true, Small: 0 },
        ],
        [],
      ]);
    });

    it("that are NULL, and tables without rows", async () => {
      const { sets } = await connect().call("dbo.Echo", echoParameters({}));
      expect(sets).toEqual([[{ Text: null, At: null, Big: null, Guid: null, Flag: null }], [], []]);
    });

    it("of time to the millisecond, from the first year to the last", async () => {
      const times = [
        0,
        1,
        999,
        -1,
        MS,
        Date.UTC(1969, 11, 31, 23, 59, 59, 999),
        -62_135_596_800_000,
        253_402_300_799_999,
      ];
      const cells = times.map((at, index) => [index, null, null, at, null, null, null, null]);
      const { sets } = await connect().call("dbo.Echo", echoParameters({ cells }));
      expect(sets[1]?.map((row) => row["At"])).toEqual(times);
    });

    it(
      "of 5 MB of text, in a parameter and in a table",
      async () => {
        const text = "0123456789abcdeä".repeat(5_000_000 / 16);
        const { sets } = await connect().call(
          "dbo.Echo",
          echoParameters({ text, cells: [[1, null, text, null, null, null, null, null]] }),
        );
        expect(sets[0]?.[0]?.["Text"] === text).toBe(true);
        expect(sets[1]?.[0]?.["Text"] === text).toBe(true);
      },
      SLOW_MS,
    );

    it("in statements with parameters, and in batches", async () => {
      const client = connect();
      const query = await client.query("SELECT @A + 1 AS [A], @B AS [B]", [
        { name: "A", type: "int", value: 41 },
        { name: "B", type: "nvarchar", value: "it's" },
      ]);
      expect(query).toEqual({ sets: [[{ A: 42, B: "it's" }]], returnValue: undefined });
      const batch = await client.batch("SELECT 1 AS [A]; SELECT 2 AS [B];");
      expect(batch).toEqual({ sets: [[{ A: 1 }], [{ B: 2 }]], returnValue: undefined });
    });

    it("but says so when a bigint is beyond what a number holds", async () => {
      const client = connect();
      await expect(client.query("SELECT CAST(9007199254740993 AS bigint) AS [Big]")).rejects.toThrow(/column Big/);
      await expect(client.query("SELECT 1 AS [One]")).resolves.toMatchObject({ sets: [[{ One: 1 }]] });
    });
  });

  describe("after an error", () => {
    it("hands on the server's number and state, leaves nothing of the call behind, and goes on [SQL26]", async () => {
      const client = connect();
      await expect(keep(client, "a", true)).rejects.toMatchObject({
        name: "SqlError",
        number: 50001,
        state: 3,
        message: "Refused on purpose.",
      });
      await keep(client, "b");
      expect(await keptKeys()).toEqual(["b"]);
    });

    it("does not repeat a duplicate [SQL48]", async () => {
      const calls: string[] = [];
      const client = connect("", { onCall: (name) => calls.push(name) });
      await keep(client, "a");
      await expect(keep(client, "a")).rejects.toMatchObject({ number: 2627 });
      expect(calls).toEqual(["dbo.Keep", "dbo.Keep"]);
    });

    it(
      "rejects at the time limit, with an unknown outcome, and serves the next call",
      async () => {
        const client = connect("Max Pool Size=1");
        await client.batch("SELECT 1 AS [Warm]");
        await expect(client.batch(BUSY, { timeoutMs: 100 })).rejects.toMatchObject({
          code: "STORAGE_TRANSIENT",
          outcomeUnknown: true,
          message: expect.stringContaining("took longer than 100 ms") as string,
        });
        expect((await client.query("SELECT 2 AS [Two]")).sets).toEqual([[{ Two: 2 }]]);
      },
      SLOW_MS,
    );

    it(
      "rejects with the reason of the signal that cancels, at once, and serves the next call",
      async () => {
        const client = connect("Max Pool Size=1");
        await client.batch("SELECT 1 AS [Warm]");
        const abort = new AbortController();
        const reason = new Error("shutting down");
        const call = client.batch(BUSY, { signal: abort.signal });
        setImmediate(() => abort.abort(reason));
        await expect(call).rejects.toBe(reason);
        expect((await client.query("SELECT 2 AS [Two]")).sets).toEqual([[{ Two: 2 }]]);
      },
      SLOW_MS,
    );
  });

  describe("when the network fails", () => {
    it("replaces a connection that was cut while idle, unnoticed by the next call [SQL49]", async () => {
      const { relay, client } = await throughRelay();
      await client.query("SELECT 1 AS [One]");
      relay.cut();
      expect((await client.query("SELECT 2 AS [Two]")).sets).toEqual([[{ Two: 2 }]]);
      expect(relay.accepted).toBe(2);
    });

    it(
      "repeats a call that was cut in the middle [SQL49]",
      async () => {
        const calls: string[] = [];
        const { relay, client } = await throughRelay({ onCall: (name) => calls.push(name) });
        await client.query("SELECT 1 AS [One]");
        relay.onRequest(() => relay.cut());
        const { sets } = await client.call("dbo.Echo", echoParameters({ text: "again" }));
        expect(sets[0]).toMatchObject([{ Text: "again" }]);
        expect(calls).toEqual(["query", "dbo.Echo", "dbo.Echo"]);
      },
      SLOW_MS,
    );

    it("repeats a call whose answer ended within a row, as that of a server process that dies may [SQL49]", async () => {
      const { relay, client } = await throughRelay();
      await client.query("SELECT 1 AS [One]");
      relay.shorten(120);
      const { sets } = await client.query("SELECT REPLICATE(CONVERT(nvarchar(max), N'x'), 2000) AS [Long]");
      expect(sets).toEqual([[{ Long: "x".repeat(2000) }]]);
      expect(relay.accepted).toBe(2);
    });

    it("says that the outcome is unknown if the call must not be repeated [SQL30]", async () => {
      const { relay, client } = await throughRelay();
      await client.query("SELECT 1 AS [One]");
      relay.onRequest(() => relay.cut());
      await expect(client.batch(BUSY, { retry: false })).rejects.toMatchObject({
        code: "STORAGE_TRANSIENT",
        outcomeUnknown: true,
      });
    });

    it(
      "leaves no transaction behind when one is cut [SQL49]",
      async () => {
        const { relay, client } = await throughRelay();
        const work = client.transaction(async (inner) => {
          await keep(inner, "half");
          relay.cut();
          await keep(inner, "other half");
        });
        await expect(work).rejects.toMatchObject({ code: "STORAGE_TRANSIENT" });
        await keep(client, "half");
        expect(await keptKeys()).toEqual(["half"]);
      },
      SLOW_MS,
    );

    it(
      "gives up a connection on which no answer comes, within the time limit",
      async () => {
        const { relay, client } = await throughRelay();
        await client.query("SELECT 1 AS [One]");
        relay.clog();
        await expect(client.query("SELECT 2 AS [Two]", [], { timeoutMs: 100 })).rejects.toMatchObject({
          code: "STORAGE_TRANSIENT",
          outcomeUnknown: true,
        });
        expect((await client.query("SELECT 3 AS [Three]")).sets).toEqual([[{ Three: 3 }]]);
        expect(relay.accepted).toBe(2);
      },
      SLOW_MS,
    );
  });

  describe("a transaction", () => {
    it("keeps all of its calls, or none if its work fails", async () => {
      const client = connect("Max Pool Size=1");
      await client.transaction(async (inner) => {
        await keep(inner, "a");
        await keep(inner, "b");
      });
      const work = client.transaction(async (inner) => {
        await keep(inner, "c");
        throw new Error("changed my mind");
      });
      await expect(work).rejects.toThrow("changed my mind");
      expect(await keptKeys()).toEqual(["a", "b"]);
      expect((await client.query("SELECT @@TRANCOUNT AS [Open]")).sets).toEqual([[{ Open: 0 }]]);
    });

    it("is gone as a whole after an error of the server that its work swallows", async () => {
      const client = connect();
      const work = client.transaction(async (inner) => {
        await keep(inner, "a");
        await keep(inner, "b", true).catch(() => undefined);
        return "done";
      });
      await expect(work).rejects.toThrow();
      expect(await keptKeys()).toEqual([]);
    });
  });

  it("serves many calls at once over few connections", async () => {
    const client = connect("Max Pool Size=3");
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, no) =>
        client.query("SELECT @No AS [No], @@SPID AS [Session]", [{ name: "No", type: "int", value: no }]),
      ),
    );
    const rows = answers.map(({ sets }) => sets[0]?.[0]);
    expect(rows.map((row) => row?.["No"])).toEqual(Array.from({ length: 60 }, (_, no) => no));
    expect(new Set(rows.map((row) => row?.["Session"])).size).toBeLessThanOrEqual(3);
  });

  it("leaves no socket and no timer behind when it closes, and waits for what is under way [SQL51]", async () => {
    const held = (): readonly string[] =>
      process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap" || kind === "Timeout");
    const before = held().length;
    const client = connect("Max Pool Size=4");
    const calls = Array.from({ length: 4 }, () => client.query("SELECT 1 AS [One]"));
    await Promise.all(calls);
    expect(held().length).toBeGreaterThan(before);
    const last = client.query("SELECT 2 AS [Two]");
    await client.close();
    await expect(last).resolves.toMatchObject({ sets: [[{ Two: 2 }]] });
    await waitUntil("sockets and timers to be gone", () => (held().length <= before ? true : undefined));
  });

  it("tells in words which part of the connection string is wrong, and never the password", async () => {
    const attempt = async (extra: string): Promise<{ readonly code: string; readonly message: string }> => {
      const client = connect(extra, { retry: { attempts: 1, firstDelayMs: 0, longestDelayMs: 0, totalMs: 0 } });
      return client.query("SELECT 1 AS [One]").then(
        () => Promise.reject(new Error("It connected.")),
        (error: { code: string; message: string }) => error,
      );
    };
    const login = await attempt("User ID=nobody_of_that_name;Password=Wrong-1-password");
    expect(login.code).toBe("CONFIG_INVALID");
    const noDatabase = await attempt("Database=no_such_database");
    expect(noDatabase).toMatchObject({ code: "CONFIG_INVALID" });
    expect(noDatabase.message).toMatch(/no database no_such_database/);
    const port = await attempt("Server=127.0.0.1,1");
    expect(port).toMatchObject({ code: "STORAGE_TRANSIENT" });
    expect(port.message).toMatch(/127\.0\.0\.1,1 cannot be reached: nothing listens there/);
    for (const { message } of [login, noDatabase, port]) expect(message).not.toMatch(/Wrong-1-password/);
  });
});
