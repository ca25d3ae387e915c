import { SCRIPTS_REVISION } from "../../src/schema/contract-objects";
import { loadScripts } from "../../src/schema/load-scripts";
import { splitBatches } from "../../src/schema/split-batches";
import { validateSchemaName } from "../../src/schema/schema-name";
import { compareVersions, judgeSchema, mayWriteContract, type SchemaStatus } from "../../src/schema/versions";

const scripts = loadScripts("dt");
const CURRENT: SchemaStatus = {
  schema: "dt",
  contract: [{ version: "1.8.1", appliedAt: 0 }],
  revision: SCRIPTS_REVISION,
  scriptsHash: scripts.hash,
  migrations: scripts.migrations.map(({ name }) => name),
};

describe("judging a schema", () => {
  it.each<[string, Partial<SchemaStatus>, string]>([
    ["current when all has been applied", {}, "current"],
    ["current beside a newer .NET host", { contract: [{ version: "1.9.0", appliedAt: 1 }] }, "current"],
    ["absent when there is nothing", { contract: [], revision: undefined, migrations: [] }, "absent"],
    ["behind when Microsoft's provider alone has been here", { revision: undefined, migrations: [] }, "behind"],
    ["behind when a migration is missing", { migrations: [] }, "behind"],
    ["behind when the scripts were others", { scriptsHash: "other" }, "behind"],
    ["behind when the newest contract by time is older", { contract: [{ version: "1.6.0", appliedAt: 9 }] }, "behind"],
    ["behind when Microsoft's schema was dropped alone", { contract: [] }, "behind"],
    ["ahead when its revision is higher", { revision: SCRIPTS_REVISION + 1 }, "ahead"],
    ["ahead when it has a migration nobody knows", { migrations: ["dt/000099-later"] }, "ahead"],
  ])("finds it %s", (_, change, state) => {
    expect(judgeSchema({ ...CURRENT, ...change }, scripts)).toBe(state);
  });

  it("writes the contract's procedures up to the version it implements, and not over a newer one [SQL5]", () => {
    const newest = (version: string) => mayWriteContract({ ...CURRENT, contract: [{ version, appliedAt: 0 }] });
    expect(["1.0.0", "1.8.1", "1.8.1+abc", "1.8.2", "2.0.0"].map(newest)).toEqual([true, true, true, false, false]);
    expect(mayWriteContract({ ...CURRENT, contract: [] })).toBe(true);
  });

  it("compares versions by number", () => {
    expect(compareVersions("1.10.0", "1.9.9")).toBeGreaterThan(0);
    expect(compareVersions("1.8.1-preview.1", "1.8.1+sha")).toBe(0);
    expect(compareVersions("1.8", "1.8.1")).toBeLessThan(0);
  });
});

describe("loading scripts", () => {
  it("puts the schema's name everywhere and leaves no placeholder [SQL4]", () => {
    const shop = loadScripts("shop");
    const text = [shop.setUp, ...shop.migrations, ...shop.contract, ...shop.host]
      .flatMap(({ batches }) => batches)
      .join("\n");
    expect(text).not.toMatch(/\{\{|\bdt[._]/);
    expect(text).toContain("shop_runtime");
    expect(shop.hash).toBe(scripts.hash);
  });

  it("runs migrations by number, and types before what names them", () => {
    const names = scripts.migrations.map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(["dt/000001-tables", "dt/000002-columns", "dt/000003-indexes"]);
    expect(scripts.contract[0]?.name).toBe("dt/types");
    expect(scripts.contract.at(-1)?.name).toBe("dt/permissions");
  });

  it.each(["", "1a", "a-b", "a b", "dt]", "dt;--", "ü", "a".repeat(121)])("refuses the schema name %j", (name) => {
    expect(() => validateSchemaName(name)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("splits at lines that hold only GO", () => {
    expect(splitBatches("SELECT 'GO'\r\nGO\r\n-- nothing\ngo\n  GO \nSELECT 2 -- GO\n")).toEqual([
      "SELECT 'GO'",
      "SELECT 2 -- GO",
    ]);
  });
});
