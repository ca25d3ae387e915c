/** What becomes of text in varchar columns: with a UTF-8 collation unpaired surrogates are lost, else all beyond ASCII. */
export function asStored<T extends object>(row: T, isUtf8: boolean): T {
  const cells = Object.entries(row).map(([column, value]) => [column, storedCell(column, value, isUtf8)] as const);
  return Object.fromEntries(cells) as T;
}

function storedCell(column: string, value: unknown, isUtf8: boolean): unknown {
  if (typeof value === "object" && value !== null) return asStored(value, isUtf8);
  if (typeof value !== "string" || column === "hostData") return value;
  return isUtf8 ? Buffer.from(value, "utf8").toString("utf8") : value.replace(/[^\0-\x7f]/g, "?");
}
