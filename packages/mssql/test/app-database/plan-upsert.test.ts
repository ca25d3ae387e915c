import { planUpsert } from "../../src/app-database/plan-upsert";
import type { ShapeColumn, TableShape } from "../../src/app-database/table-shape";

const column = (name: string, declaration: string, traits: Partial<ShapeColumn> = {}): ShapeColumn => ({
  name,
  declaration,
  isKey: false,
  isIdentity: false,
  isOptional: false,
  ...traits,
});

const PRODUCTS: TableShape = {
  table: "[dbo].[Products]",
  columns: [column("Id", "int", { isKey: true }), column("Name", "nvarchar(50)"), column("Odd]Name", "int")],
};
const NUMBERED: TableShape = {
  table: "[dbo].[Numbered]",
  columns: [column("Id", "int", { isKey: true, isIdentity: true, isOptional: true }), column("Name", "nvarchar(50)")],
};

describe("the plan of an upsert", () => {
  it("changes what is there by its key, then inserts what is not, from the same rows", () => {
    const [statement, ...others] = planUpsert(PRODUCTS, [{ Id: 1, Name: "chair" }]);

    expect(others).toEqual([]);
    expect(statement?.rows).toBe('[[1,"chair"]]');
    expect(statement?.sql.split("\n")).toEqual([
      "UPDATE T SET [Name] = S.[Name] FROM [dbo].[Products] AS T WITH (UPDLOCK, HOLDLOCK) INNER JOIN OPENJSON(@Rows) " +
        "WITH ([Id] int '$[0]', [Name] nvarchar(50) '$[1]') AS S ON T.[Id] = S.[Id];",
      "INSERT INTO [dbo].[Products] ([Id], [Name]) SELECT S.[Id], S.[Name] FROM OPENJSON(@Rows) WITH ([Id] int '$[0]', " +
        "[Name] nvarchar(50) '$[1]') AS S WHERE NOT EXISTS (SELECT 1 FROM [dbo].[Products] AS T WITH (UPDLOCK, HOLDLOCK) " +
        "WHERE T.[Id] = S.[Id]);",
    ]);
  });

  it("quotes names, and finds columns whatever the case of the property", () => {
    const [statement] = planUpsert(PRODUCTS, [{ id: 1, "odd]name": 2 }]);
    expect(statement?.sql).toContain("[Odd]]Name] = S.[Odd]]Name]");
  });

  it("leaves columns alone that a row says nothing of, and so takes rows with the same columns together", () => {
    const statements = planUpsert(PRODUCTS, [{ Id: 1, Name: "a" }, { Id: 2 }, { Name: "b", Id: 3 }]);
    expect(statements.map(({ rows }) => rows)).toEqual(['[[1,"a"],[3,"b"]]', "[[2]]"]);
    expect(statements[1]?.sql).not.toContain("UPDATE T");
  });

  it("lets the last of several rows with one key count", () => {
    const [statement] = planUpsert(PRODUCTS, [
      { Id: 1, Name: "first" },
      { Id: 1, Name: "last" },
    ]);
    expect(statement?.rows).toBe('[[1,"last"]]');
  });

  it("inserts a row without a key that the server makes", () => {
    const [statement] = planUpsert(NUMBERED, [{ Name: "a" }]);
    expect(statement?.sql).toBe(
      "INSERT INTO [dbo].[Numbered] ([Name]) SELECT S.[Name] FROM OPENJSON(@Rows) WITH ([Name] nvarchar(50) '$[0]') AS S",
    );
  });

  it("keeps objects as JSON text, and what is undefined as NULL", () => {
    const [statement] = planUpsert(PRODUCTS, [{ Id: 1, Name: { en: "chair" }, "Odd]Name": undefined }]);
    expect(JSON.parse(statement?.rows ?? "")).toEqual([[1, '{"en":"chair"}', null]]);
  });

  it.each([
    [PRODUCTS, { Id: 1, Colour: "red" }, /no column that can be written: Colour\. Its columns are Id, Name/],
    [PRODUCTS, { Name: "chair" }, /no value for its primary key: Id is missing/],
    [{ ...PRODUCTS, columns: PRODUCTS.columns.slice(1) }, { Name: "chair" }, /has no primary key/],
  ])("refuses what cannot be written, and says what is wrong (%#)", (shape, row, message) => {
    expect(() => planUpsert(shape, [row])).toThrow(message);
  });
});
