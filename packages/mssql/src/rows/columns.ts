import { DurableHostError } from "@durable-host/engine";
import type { Row } from "../connection/sql-client";

/** Reads the columns of a result row, and says which one is not as it must be. */
export class Columns {
  readonly #row: Row;

  constructor(row: Row) {
    this.#row = row;
  }

  text(name: string): string {
    return this.textOrNull(name) ?? this.#unexpected(name, "text");
  }

  textOrNull(name: string): string | null {
    const value = this.#row[name] ?? null;
    return value === null || typeof value === "string" ? value : this.#unexpected(name, "text");
  }

  number(name: string): number {
    return this.numberOrNull(name) ?? this.#unexpected(name, "a number");
  }

  /** Also times: milliseconds since the epoch. */
  numberOrNull(name: string): number | null {
    const value = this.#row[name] ?? null;
    return value === null || typeof value === "number" ? value : this.#unexpected(name, "a number");
  }

  flag(name: string): boolean {
    const value = this.#row[name];
    return typeof value === "boolean" ? value : this.#unexpected(name, "a bit");
  }

  #unexpected(name: string, expected: string): never {
    throw new DurableHostError(
      "STORE_CORRUPT",
      `The column ${name} is ${JSON.stringify(this.#row[name]) ?? "missing"} where ${expected} is expected. Are the procedures of this database of another version? See "durable-host storage status".`,
    );
  }
}
