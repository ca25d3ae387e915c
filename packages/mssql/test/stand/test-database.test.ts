import { describeWithServer, withDatabase } from "./server";
import { TestDatabase, useDatabase } from "./test-database";

describe("a connection string with another database", () => {
  it("ends with it, because the last word counts", () => {
    expect(withDatabase("Server=here;Database=master;Password='a;b';", "mine")).toBe(
      "Server=here;Database=master;Password='a;b';Database=mine",
    );
  });
});

describeWithServer("a test database", (server) => {
  const database = useDatabase(server);

  it("has the product's schema, and is the one its connection string names", async () => {
    const { sets } = await database.current.client.query(
      "SELECT DB_NAME() AS [Name], OBJECT_ID(N'dt.Instances') AS [Instances], OBJECT_ID(N'dt_host.CommitInstance') AS [Commit]",
    );

    expect(sets[0]).toEqual([
      { Name: database.current.name, Instances: expect.any(Number), Commit: expect.any(Number) },
    ]);
  });

  it("distinguishes instance ids by case", async () => {
    await putInstances("a", "A");

    expect(await instanceIds()).toEqual(["A", "a"]);
  });

  it("begins every test empty", async () => {
    expect(await instanceIds()).toEqual([]);
  });

  it("knows nothing of another database, and is gone when dropped", async () => {
    const other = await TestDatabase.create(server);
    await other.client.batch("CREATE TABLE dbo.Mine (Id int)");
    const mine = "SELECT OBJECT_ID(N'dbo.Mine') AS [Mine]";
    expect((await database.current.client.query(mine)).sets[0]).toEqual([{ Mine: null }]);
    await other.drop();

    const { sets } = await database.current.client.query(
      `SELECT COUNT(*) AS [Count] FROM sys.databases WHERE name = N'${other.name}'`,
    );
    expect(sets[0]).toEqual([{ Count: 0 }]);
  });

  it("is dropped although another connection still uses it", async () => {
    const other = await TestDatabase.create(server);
    const user = other.connect();
    await user.query("SELECT 1 AS one");
    const closed = user.close();
    await other.drop();
    await closed;

    await expect(other.connect().query("SELECT 1 AS one")).rejects.toThrow();
  });

  async function putInstances(...ids: string[]): Promise<void> {
    for (const id of ids)
      await database.current.client.batch(
        `INSERT INTO dt.Instances (TaskHub, InstanceID, Name, RuntimeStatus) VALUES ('hub', '${id}', 'Any', 'Pending')`,
      );
  }

  async function instanceIds(): Promise<unknown[]> {
    const { sets } = await database.current.client.query("SELECT InstanceID FROM dt.Instances");
    return (sets[0] ?? []).map((row) => String(row["InstanceID"])).toSorted();
  }
});
