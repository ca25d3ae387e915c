import { screenOf } from "../../../src/durable/output/screen";
import { fieldLines, tableLines, type Column } from "../../../src/durable/output/table";

const COLUMNS: readonly Column[] = [{ title: "ID" }, { title: "STATUS", isStatus: true }, { title: "DETAILS" }];
const PLAIN = { color: false };

describe("a table", () => {
  it("is as wide as its content, and aligned", () => {
    const rows = [
      ["order-7", "Completed", "shipped"],
      ["b", "Failed", ""],
    ];
    expect(tableLines(COLUMNS, rows, PLAIN)).toEqual([
      "ID       STATUS     DETAILS",
      "order-7  Completed  shipped",
      "b        Failed",
    ]);
  });

  it("cuts its widest column to fit a terminal, and leaves the others alone", () => {
    const rows = [["order-7", "Completed", "x".repeat(100)]];
    const [, line = ""] = tableLines(COLUMNS, rows, { ...PLAIN, width: 40 });
    expect(line).toBe(`order-7  Completed  ${"x".repeat(19)}…`);
    expect(line).toHaveLength(40);
  });

  it("shares what is missing among columns of the same width", () => {
    const rows = [["a".repeat(30), "Running", "b".repeat(30)]];
    const [, line = ""] = tableLines(COLUMNS, rows, { ...PLAIN, width: 51 });
    expect(line).toBe(`${"a".repeat(19)}…  Running  ${"b".repeat(19)}…`);
  });

  it("keeps columns readable on a terminal that is too narrow for all", () => {
    const rows = [["a".repeat(30), "Terminated", "b".repeat(30)]];
    const [, line = ""] = tableLines(COLUMNS, rows, { ...PLAIN, width: 10 });
    expect(line).toBe("aaaaaaa…  Termina…  bbbbbbb…");
  });

  it("cuts long columns first, and none of the others for them", () => {
    const columns = [{ title: "ID" }, { title: "A", isLong: true }, { title: "B", isLong: true }];
    const rows = [["i".repeat(30), "a".repeat(50), "b".repeat(12)]];
    const [, line] = tableLines(columns, rows, { ...PLAIN, width: 60 });
    expect(line).toBe(`${"i".repeat(30)}  ${"a".repeat(13)}…  ${"b".repeat(12)}`);
  });

  it("leaves extra columns out, the last one first, before it cuts what is not long", () => {
    const columns = [
      { title: "ID" },
      { title: "CREATED", isExtra: true },
      { title: "NAME" },
      { title: "MORE", isLong: true, isExtra: true },
    ];
    const rows = [["i".repeat(20), "2026-03-01", "f".repeat(10), "m".repeat(50)]];
    const lines = (width: number) => tableLines(columns, rows, { ...PLAIN, width }).slice(1);

    expect(lines(60)).toEqual([`${"i".repeat(20)}  2026-03-01  ffffffffff  ${"m".repeat(13)}…`]);
    expect(lines(50)).toEqual([
      `${"i".repeat(20)}  2026-03-01  ffffffffff`,
      "(No place for MORE: a wider terminal or --json has them.)",
    ]);
    expect(lines(40)).toEqual([
      `${"i".repeat(20)}  ffffffffff`,
      "(No place for CREATED, MORE: a wider terminal or --json has them.)",
    ]);
    expect(lines(24)[0]).toBe("iiiiiiiiiii…  ffffffffff");
  });

  it("cuts nothing when it is not for a terminal", () => {
    const rows = [["a".repeat(500), "Running", "b".repeat(500)]];
    expect(tableLines(COLUMNS, rows, PLAIN)[1]).toHaveLength(500 + 2 + 7 + 2 + 500);
  });

  it("colours statuses without moving what follows", () => {
    const rows = [
      ["a", "Failed", "x"],
      ["b", "Completed", "y"],
      ["c", "Unheard", "z"],
    ];
    expect(tableLines(COLUMNS, rows, { color: true })).toEqual([
      "ID  STATUS     DETAILS",
      "a   \u001b[31mFailed   \u001b[39m  x",
      "b   \u001b[32mCompleted\u001b[39m  y",
      "c   Unheard    z",
    ]);
  });

  it("puts line breaks and escape sequences of data on one harmless line", () => {
    const rows = [["a", "Running", "one\r\ntwo\u001b[2J\u2028end"]];
    expect(tableLines(COLUMNS, rows, PLAIN)[1]).toBe("a   Running  one two [2J end");
  });

  it("counts characters as people do", () => {
    const family = "👩‍👩‍👧";
    const lines = tableLines([{ title: "A" }, { title: "B" }], [[family, "x"]], PLAIN);
    expect(lines[1]).toBe(`${family}  x`);
    const [, cut] = tableLines([{ title: "A" }], [[family.repeat(12)]], { ...PLAIN, width: 10 });
    expect(cut).toBe(`${family.repeat(9)}…`);
  });

  it("holds as many rows as a long history has events", () => {
    const rows = Array.from({ length: 150_000 }, (_, index) => [String(index), "Running", ""]);
    expect(tableLines(COLUMNS, rows, PLAIN)).toHaveLength(150_001);
  });
});

describe("fields", () => {
  it("are aligned, and their values whole", () => {
    const value = "x".repeat(300);
    expect(
      fieldLines([
        ["Name", "hello"],
        ["Custom status", value],
      ]),
    ).toEqual(["Name           hello", `Custom status  ${value}`]);
  });
});

describe("the screen", () => {
  it.each([
    [{ isTTY: true, columns: 80 }, {}, { color: true, width: 80 }],
    [{ isTTY: true, columns: 80 }, { NO_COLOR: "1" }, { color: false, width: 80 }],
    [{ isTTY: true, columns: 80 }, { NO_COLOR: "" }, { color: true, width: 80 }],
    [{ isTTY: true, columns: 80 }, { TERM: "dumb" }, { color: false, width: 80 }],
    [{ isTTY: true, columns: 0 }, {}, { color: true }],
    [{ columns: 80 }, {}, { color: false }],
    [{ columns: 80 }, { FORCE_COLOR: "1" }, { color: true }],
    [{ columns: 80 }, { FORCE_COLOR: "0" }, { color: false }],
    [
      { isTTY: true, columns: 80 },
      { NO_COLOR: "1", FORCE_COLOR: "1" },
      { color: true, width: 80 },
    ],
  ])("of %j with %j is %j", (stream, environment, screen) => {
    expect(screenOf(stream, environment)).toEqual(screen);
  });
});

describe("a field", () => {
  it("keeps line breaks and tabs, and no escape sequences", () => {
    expect(fieldLines([["Output", "one\n\ttwo \u001b[31mred\u0007"]])).toEqual(["Output  one\n\ttwo  [31mred"]);
  });
});
