import { AppDatabases } from "../../src/start/app-databases";

const SHOP = "Server=127.0.0.1,1;Database=shop;User ID=app;Password=secret-one;Connect Timeout=1";

describe("the databases of an app", () => {
  it("are opened once for each connection string, and closed together", async () => {
    const databases = new AppDatabases();
    const [shop, again, other] = await Promise.all([
      databases.open(SHOP),
      databases.open(SHOP),
      databases.open(`${SHOP};Database=other`),
    ]);
    expect(again).toBe(shop);
    expect(other).not.toBe(shop);
    await databases.close();
    await expect(shop?.upsert("Orders", [{ Id: 1 }])).rejects.toThrow();
  });

  it("are refused for a connection string that cannot work, without saying its password", async () => {
    const databases = new AppDatabases();
    await expect(databases.open("Server=db;Password=secret-one")).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.not.stringContaining("secret-one"),
    });
    await databases.close();
  });
});
