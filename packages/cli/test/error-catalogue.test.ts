import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES, type ErrorCode } from "@durable-host/engine";
import { ERROR_ANSWERS } from "@durable-host/functions";

/** The page without the padding of its table. */
const PAGE = readFileSync(join(__dirname, "../../../docs/errors.md"), "utf8").replaceAll(/ {2,}/g, " ");

const ROWS = [...PAGE.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \| (\d+) \| ([^|]+) \|$/gm)].map(
  ([, code = "", reporter = "", status = "", remedy = ""]) => ({ code, reporter, status: Number(status), remedy }),
);

describe("docs/errors.md", () => {
  it("has a row for every code and invents none", () => {
    expect(ROWS.map((row) => row.code).sort()).toEqual([...ERROR_CODES].sort());
  });

  it("has the statuses of the management API", () => {
    const answered = Object.fromEntries(ROWS.map(({ code, status }) => [code, status]));
    const expected = ERROR_CODES.map((code): [ErrorCode, number] => [code, ERROR_ANSWERS[code].status]);
    expect(answered).toEqual(Object.fromEntries(expected));
  });

  it("says in every row who reports it and what to do", () => {
    expect(ROWS.filter((row) => row.reporter.trim() === "" || row.remedy.trim().length < 20)).toEqual([]);
  });
});
