/** The part of the driver's column description that decides how a value is read. */
export interface ColumnDescription {
  readonly colName: string;
  readonly type: { readonly name: string };
}

/** A cell as the driver reports it. */
export interface Cell {
  readonly value: unknown;
  readonly metadata: ColumnDescription;
}

/** Makes what a row holds of a cell; throws for what cannot be read exactly. */
export type CellReader = (cell: Cell) => unknown;

/** A value in the form `Row` promises. The driver gives bigint as text, dates as Date, the rest as wanted. */
export function readCell(cell: Cell): unknown {
  const { value, metadata } = cell;
  if (value instanceof Date) return value.getTime();
  const digits = bigIntOf(cell);
  if (digits === undefined) return value;
  if (Number.isSafeInteger(Number(digits))) return Number(digits);
  throw new RangeError(`The column ${metadata.colName} holds ${digits}, which is beyond the integers that are exact.`);
}

/** The digits of a bigint; undefined for anything else. */
export function bigIntOf({ value, metadata }: Cell): string | undefined {
  if (typeof value === "bigint") return String(value);
  return typeof value === "string" && /^(BigInt|IntN)$/.test(metadata.type.name) ? value : undefined;
}
