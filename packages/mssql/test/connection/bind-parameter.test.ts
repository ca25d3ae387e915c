import { Request } from "tedious";
import { bindParameter } from "../../src/connection/bind-parameter";
import type { SqlParameter, TableValue } from "../../src/connection/sql-client";

/** What the driver is given for a parameter. */
function bind(parameter: SqlParameter): { readonly value: unknown; readonly length?: number; readonly scale?: number } {
  const request = new Request("p", () => undefined);
  bindParameter(request, parameter);
  const { value, length, scale } = request.parameters[0] ?? { value: undefined };
  return { value, ...(length === undefined ? {} : { length }), ...(scale === undefined ? {} : { scale }) };
}

describe("a parameter", () => {
  it("of datetime2 carries milliseconds since the epoch as a date with seven digits", () => {
    expect(bind({ name: "t", type: "datetime2", value: 1_700_000_000_123 })).toEqual({
      value: new Date(1_700_000_000_123),
      scale: 7,
    });
    // NULL too: without a scale the driver declares datetime2(0).
    expect(bind({ name: "t", type: "datetime2", value: null })).toEqual({ value: null, scale: 7 });
  });

  it("of text is nvarchar(max) unless it has a length", () => {
    expect(bind({ name: "s", type: "nvarchar", value: "a" }).length).toBeGreaterThan(4000);
    expect(bind({ name: "s", type: "nvarchar", value: "a", length: 100 }).length).toBe(100);
  });

  it.each([
    ["bit", true],
    ["tinyint", 255],
    ["int", -(2 ** 31)],
    ["bigint", Number.MAX_SAFE_INTEGER],
    ["bigint", "-123456789012345678"],
    ["uniqueidentifier", "6F9619FF-8B86-D011-B42D-00C04FC964FF"],
    ["nvarchar", ""],
  ] as const)("of %s takes %j", (type, value) => {
    expect(bind({ name: "p", type, value }).value).toBe(value);
  });

  it("is NULL for undefined as for null", () => {
    expect(bind({ name: "p", type: "int", value: undefined }).value).toBeNull();
  });

  it.each([
    ["bit", 1],
    ["tinyint", 256],
    ["int", 1.5],
    ["int", 2 ** 31],
    ["bigint", 2 ** 53],
    ["bigint", "12x"],
    ["datetime2", new Date(0)],
    ["datetime2", NaN],
    ["datetime2", -1e15],
    ["uniqueidentifier", "6f9619ff"],
    ["nvarchar", 5],
  ] as const)("of %s refuses %p before anything is sent", (type, value) => {
    expect(() => bind({ name: "p", type, value })).toThrow(TypeError);
  });

  it("refuses a text longer than its type, which would end the connection", () => {
    expect(() => bind({ name: "id", type: "nvarchar", value: "abc", length: 2 })).toThrow(/@id .*nvarchar\(2\)/);
  });
});

describe("a table parameter", () => {
  const table = (rows: TableValue["rows"], type = "dt_host.Rows"): SqlParameter => ({
    name: "Rows",
    type: "table",
    value: {
      type,
      columns: [
        { name: "Id", type: "nvarchar", length: 3 },
        { name: "At", type: "datetime2" },
        { name: "Text", type: "nvarchar" },
      ],
      rows,
    } satisfies TableValue,
  });

  it("names schema and type apart, and gives every column its length or scale", () => {
    const { value } = bind(table([["a", 5, null]]));
    expect(value).toMatchObject({
      schema: "dt_host",
      name: "Rows",
      columns: [{ name: "Id", length: 3 }, { name: "At", scale: 7 }, { name: "Text" }],
      rows: [["a", new Date(5), null]],
    });
  });

  it("is an empty list of rows when it has none", () => {
    expect(bind(table([])).value).toMatchObject({ name: "Rows", rows: [] });
  });

  it("refuses cells that do not fit, by name, rows of another width and a type without schema", () => {
    expect(() => bind(table([["abcd", 5, null]]))).toThrow(/@Rows\.Id/);
    expect(() => bind(table([["a", 5]]))).toThrow(/Row 0 of @Rows has 2 cells for 3 columns/);
    expect(() => bind(table([], "Rows"))).toThrow(/lacks a schema/);
  });
});
