import { readCell, type Cell, type CellReader } from "./cell";
import type { CallResult, Row } from "./sql-client";

/** Gathers what a request answers. A value that cannot be read exactly is kept as an error: throwing would be in the driver's parser. */
export class ResultCollector {
  /** The first thing that could not be read. */
  failure: Error | undefined;
  private readonly sets: Row[][] = [];
  private returnValue: number | undefined;

  constructor(private readonly read: CellReader = readCell) {}

  /** Called at the description of columns, which begins each result set. */
  beginSet(): void {
    this.sets.push([]);
  }

  addRow(cells: readonly Cell[]): void {
    const row: Record<string, unknown> = {};
    for (const cell of cells) {
      try {
        row[cell.metadata.colName] = this.read(cell);
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
