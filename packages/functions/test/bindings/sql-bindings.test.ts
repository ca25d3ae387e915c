import type { SqlRow, SqlSelection } from "../../src/bindings/sql/sql-database";
import { readSettingValues } from "../../src/config/setting-values";
import { useAppHosts, type TestHost } from "../fixtures/app-hosts";

const APP = `
const { app, input, output } = require("@azure/functions");
const database = { connectionStringSetting: "SqlConnectionString" };
const generic = (name, options) =>
  app.generic(name, { trigger: { type: "manualTrigger", name: "value" }, ...options });

const found = input.sql({
  commandText: "SELECT * FROM dbo.Orders WHERE Id = @id", commandType: "Text", parameters: "@id={id}", ...database,
});
const orders = output.sql({ commandText: "dbo.%TABLE%", ...database });
generic("copy", { extraInputs: [found], return: orders, handler: (_value, context) => context.extraInputs.get(found) });
const procedure = input.sql({ commandText: "dbo.Find", commandType: "StoredProcedure", ...database });
generic("call", { extraInputs: [procedure], return: orders, handler: (_value, context) => ({
  Rows: context.extraInputs.get(procedure).length,
}) });
generic("write", { return: orders, handler: (value) => value });

const elsewhere = output.sql({ commandText: "dbo.Orders", connectionStringSetting: "Nowhere" });
generic("unconnected", { return: elsewhere, handler: () => null });
const strange = input.sql({ commandText: "x", commandType: "Batch", ...database });
generic("strange", { extraInputs: [strange], handler: () => null });
`;

interface Stand extends TestHost {
  readonly opened: string[];
  readonly selected: SqlSelection[];
  readonly written: [table: string, rows: readonly SqlRow[]][];
}

const hosts = useAppHosts();

async function start(rows: readonly SqlRow[] = []): Promise<Stand> {
  const appRoot = await hosts.writeApp({ "package.json": `{"main":"index.js"}`, "index.js": APP });
  const settings = { SqlConnectionString: "Server=db;Database=shop", TABLE: "Orders" };
  const seen = { opened: [], selected: [], written: [] } as Pick<Stand, "opened" | "selected" | "written">;
  const host = await hosts.start({
    appRoot,
    settings,
    values: readSettingValues({}, settings),
    openSqlDatabase: async (connectionString) => {
      seen.opened.push(connectionString);
      return {
        select: async (selection) => {
          seen.selected.push(selection);
          if (selection.text === "dbo.Find") throw new Error("the database is away");
          return rows;
        },
        upsert: async (table, written) => void seen.written.push([table, written]),
      };
    },
  });
  return { ...host, ...seen };
}

function invoke({ host }: TestHost, name: string, value: unknown): Promise<unknown> {
  return host.invoke(name, { triggerData: { json: JSON.stringify(value) } });
}

describe("sql bindings", () => {
  it("give a function rows, and write those it returns", async () => {
    const rows = [{ Id: 7, Name: "chair" }, { Id: 8 }];
    const stand = await start(rows);
    await invoke(stand, "copy", { id: 7 });

    expect(stand.opened).toEqual(["Server=db;Database=shop", "Server=db;Database=shop"]);
    expect(stand.selected).toEqual([
      { kind: "text", text: "SELECT * FROM dbo.Orders WHERE Id = @id", parameters: [{ name: "id", value: "7" }] },
    ]);
    expect(stand.written).toEqual([["dbo.Orders", rows]]);
  });

  it("write one row, and nothing for nothing", async () => {
    const stand = await start();
    await invoke(stand, "write", { Id: 1 });
    await invoke(stand, "write", []);
    await invoke(stand, "write", null);
    expect(stand.written).toEqual([["dbo.Orders", [{ Id: 1 }]]]);
    await expect(invoke(stand, "write", [1])).rejects.toThrow("an object, or an array of objects");
  });

  it("do not run a function whose input cannot be read", async () => {
    const stand = await start();
    await expect(invoke(stand, "call", {})).rejects.toThrow(
      "An input of function 'call' could not be read: the database is away",
    );
    expect(stand.selected).toEqual([{ kind: "storedProcedure", text: "dbo.Find", parameters: [] }]);
    expect(stand.written).toEqual([]);
  });

  it("keep functions from running whose bindings cannot work, and say why; the others run", async () => {
    const { host } = await start();
    const problems = Object.fromEntries(host.problems.map(({ name, reason }) => [name, reason]));
    expect(problems["unconnected"]).toContain("the app setting Nowhere, which its sql binding names");
    expect(problems["strange"]).toContain('the commandType "Batch" of its sql binding is neither');
    expect(Object.keys(problems)).toEqual(["unconnected", "strange"]);
  });
});
