import { DurableHostError } from "@durable-host/engine";
import type { Row, TransactionClient } from "../connection/sql-client";
import { CONTRACT_VERSION, SCRIPTS_REVISION } from "./contract-objects";
import type { SchemaScripts } from "./load-scripts";
import { hostSchema } from "./schema-name";

/** A version of Microsoft's contract that was applied. */
export interface AppliedVersion {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly appliedAt: number;
}

/** What a database holds. */
export interface SchemaStatus {
  readonly schema: string;
  /** Microsoft's contract, newest first by time; empty when it was never set up. */
  readonly contract: readonly AppliedVersion[];
  /** The highest revision of our scripts; `undefined` when they were never applied. */
  readonly revision: number | undefined;
  readonly scriptsHash: string | undefined;
  readonly migrations: readonly string[];
}

/** `absent`: nothing there; `behind`: scripts are due; `ahead`: a newer release has been here. */
export type SchemaState = "absent" | "behind" | "current" | "ahead";

/**
 * Reads what is installed, as any login of the runtime role may: two calls, none where the procedures are missing.
 */
export async function readSchemaStatus(client: TransactionClient, schema: string): Promise<SchemaStatus> {
  const host = hostSchema(schema);
  // Asked for by name instead of calling and looking at the error: a call of a missing procedure ends a transaction.
  const found = await client.query(
    `SELECT OBJECT_ID(N'${schema}._GetVersions') AS Contract, OBJECT_ID(N'${host}.GetSchemaStatus') AS Host`,
  );
  const present = found.sets[0]?.[0];
  const versions = typeof present?.["Contract"] !== "number" ? [] : await rowsOf(client, `${schema}._GetVersions`);
  const status = typeof present?.["Host"] !== "number" ? undefined : await client.call(`${host}.GetSchemaStatus`, []);
  const newest = status?.sets[0]?.[0];
  return {
    schema,
    contract: versions.map((row) => ({
      version: String(row["SemanticVersion"]),
      appliedAt: Number(row["UpgradeTime"]),
    })),
    revision: newest === undefined ? undefined : Number(newest["Revision"]),
    scriptsHash: newest === undefined ? undefined : String(newest["ScriptsHash"]),
    migrations: (status?.sets[1] ?? []).map((row) => String(row["Name"])),
  };
}

async function rowsOf(client: TransactionClient, procedure: string): Promise<readonly Row[]> {
  return (await client.call(procedure, [])).sets[0] ?? [];
}

/** What a host with these scripts has to do about a database. */
export function judgeSchema(status: SchemaStatus, scripts: SchemaScripts): SchemaState {
  if (status.revision === undefined) return status.contract.length === 0 ? "absent" : "behind";
  const known = new Set(scripts.migrations.map((migration) => migration.name));
  if (status.revision > SCRIPTS_REVISION || status.migrations.some((name) => !known.has(name))) return "ahead";
  if (status.revision < SCRIPTS_REVISION || status.scriptsHash !== scripts.hash) return "behind";
  const missing = scripts.migrations.some((migration) => !status.migrations.includes(migration.name));
  return missing || isContractDue(status) ? "behind" : "current";
}

/**
 * Whether the contract's procedures may be written: not over those of a newer .NET host, which would write its own again
 * at its next start (contract §1.6.3). The newest row by time counts, as it does for .NET.
 */
export function mayWriteContract(status: SchemaStatus): boolean {
  const newest = status.contract[0];
  return newest === undefined || compareVersions(newest.version, CONTRACT_VERSION) <= 0;
}

function isContractDue(status: SchemaStatus): boolean {
  const newest = status.contract[0];
  return newest === undefined || compareVersions(newest.version, CONTRACT_VERSION) < 0;
}

/** Compares `major.minor.patch`; what follows (`-preview`, `+commit`) does not count. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let place = 0; place < 3; place++) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): readonly number[] {
  return (version.split(/[-+]/)[0] ?? "").split(".").map((part) => Number.parseInt(part, 10) || 0);
}

/**
 * Refuses a database that a newer release has changed.
 *
 * @throws DurableHostError SCHEMA_TOO_NEW
 */
export function refuseNewer(status: SchemaStatus): never {
  throw new DurableHostError(
    "SCHEMA_TOO_NEW",
    `The schema ${status.schema} has revision ${status.revision}, made by a newer release; this one knows revision ` +
      `${SCRIPTS_REVISION}. Update durable-host, or point it at another schema.`,
  );
}
