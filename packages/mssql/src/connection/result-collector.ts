import type { CallResult, Row } from "./sql-client";

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

/** Gathers what a request answers. A value that cannot be read exactly is kept as an error: throwing would be in the driver's parser. */
export class ResultCollector {
  /** The first thing that could not be read. */
  failure: Error | undefined;
  private readonly sets: Row[][] = [];
  private returnValue: number | undefined;

  /** Called at the description of columns, which begins each result set. */
  beginSet(): void {
    this.sets.push([]);
  }

  addRow(cells: readonly Cell[]): void {
    const row: Record<string, unknown> = {};
    for (const cell of cells) {
      try {
        row[cell.metadata.colName] = readCell(cell);
      } catch (error) {
        this.failure ??= error as Error;
      }
    }
    this.sets.at(-1)?.push(row);
  }

  setReturnValue(value: unknown): void {
    if (typeof value === "number") this.returnValue = value;
  }

  /** `withReturnValue` is false for statements and batches: what the driver reports of them is not theirs. */
  result(withReturnValue: boolean): CallResult {
    return { sets: this.sets, returnValue: withReturnValue ? this.returnValue : undefined };
  }
}

/** A value in the form `Row` promises. The driver gives bigint as text, dates as Date, the rest as wanted. */
function readCell({ value, metadata }: Cell): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "bigint" || (typeof value === "string" && /^(BigInt|IntN)$/.test(metadata.type.name))) {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new RangeError(`The column ${metadata.colName} holds ${value}, which is beyond the integers that are exact.`);
  }
  return value;
}
