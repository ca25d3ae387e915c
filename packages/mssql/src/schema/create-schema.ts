import { DurableHostError } from "@durable-host/engine";
import { hasSqlNumber } from "../connection/sql-error";
import type { CallOptions, SqlClient, SqlParameter, TransactionClient } from "../connection/sql-client";
import { CONTRACT_VERSION, SCRIPTS_REVISION } from "./contract-objects";
import { type SchemaScripts, type SqlScript, loadScripts } from "./load-scripts";
import { hostSchema } from "./schema-name";
import { type SchemaStatus, judgeSchema, mayWriteContract, readSchemaStatus, refuseNewer } from "./versions";

/** Microsoft's name for the lock: its hosts and ours never change one database at the same time. */
const UPGRADE_LOCK = "DURABLE_TASK_SCHEMA_UPGRADE_LOCK";

/** How long a start waits for another that is setting up, ms. */
const LOCK_WAIT_MS = 120_000;

/** A migration may have to rewrite a large table. */
const SCRIPT_OPTIONS: CallOptions = { timeoutMs: 600_000, retry: false };

/** What a start found and did. */
export interface SchemaOutcome {
  /** `created`: there was nothing; `upgraded`: scripts ran; `current`: nothing was due. */
  readonly action: "created" | "upgraded" | "current";
  /** Before. */
  readonly found: SchemaStatus;
  /** Names of the scripts that ran, in order. */
  readonly applied: readonly string[];
}

/**
 * Sets up or upgrades a schema: everything in one transaction under the upgrade lock, so that of several first starts one
 * does the work and the others find it done (contract §1.5). A start with nothing to do takes the lock and reads the
 * versions.
 *
 * @throws DurableHostError SCHEMA_TOO_NEW, STORAGE_TRANSIENT (the lock was not to be had in time), STORAGE_PERMANENT (the
 * login lacks rights)
 */
export async function createSchema(client: SqlClient, schema: string): Promise<SchemaOutcome> {
  const scripts = loadScripts(schema);
  try {
    return await client.transaction(async (transaction) => {
      await takeUpgradeLock(transaction);
      const found = await readSchemaStatus(transaction, schema);
      const state = judgeSchema(found, scripts);
      if (state === "ahead") refuseNewer(found);
      if (state === "current") return { action: "current", found, applied: [] };
      const applied = await applyScripts(transaction, scripts, found);
      return { action: state === "absent" ? "created" : "upgraded", found, applied };
    });
  } catch (error) {
    throw explainRefusal(error, schema);
  }
}

async function takeUpgradeLock(client: TransactionClient): Promise<void> {
  const answer = await client.batch(
    `DECLARE @Result int;
     EXEC @Result = sp_getapplock @Resource = N'${UPGRADE_LOCK}', @LockMode = N'Update', @LockOwner = N'Transaction', @LockTimeout = ${LOCK_WAIT_MS};
     SELECT @Result AS Result;`,
    { timeoutMs: LOCK_WAIT_MS + 10_000, retry: false },
  );
  const result = Number(answer.sets[0]?.[0]?.["Result"]);
  if (result >= 0) return;
  throw new DurableHostError(
    "STORAGE_TRANSIENT",
    `Another host has been setting up this database for more than ${LOCK_WAIT_MS / 1000} s (sp_getapplock answered ` +
      `${result}). Wait for it, then start again.`,
  );
}

async function applyScripts(
  client: TransactionClient,
  scripts: SchemaScripts,
  found: SchemaStatus,
): Promise<readonly string[]> {
  const applied: string[] = [];
  const run = async (script: SqlScript): Promise<void> => {
    for (const batch of script.batches) await client.batch(batch, SCRIPT_OPTIONS);
    applied.push(script.name);
  };
  const host = hostSchema(scripts.schema);
  await run(scripts.setUp);
  // Where the contract's schema is gone, the set-up has just forgotten its migrations.
  const isApplied = (name: string): boolean =>
    found.migrations.includes(name) && (found.contract.length > 0 || !name.startsWith("dt/"));
  for (const migration of scripts.migrations) {
    if (isApplied(migration.name)) continue;
    await client.query(`INSERT INTO ${host}.Migrations (Name) VALUES (@Name)`, [text("Name", migration.name)]);
    await run(migration);
  }
  const contract = mayWriteContract(found) ? scripts.contract : [];
  for (const script of [...contract, ...scripts.host]) await run(script);
  if (contract.length > 0) {
    await client.call(`${scripts.schema}._UpdateVersion`, [text("SemanticVersion", CONTRACT_VERSION)]);
  }
  await client.call(`${host}.RecordRevision`, [
    { name: "Revision", type: "int", value: SCRIPTS_REVISION },
    text("ScriptsHash", scripts.hash),
  ]);
  return applied;
}

function text(name: string, value: string): SqlParameter {
  return { name, type: "nvarchar", length: 100, value };
}

/** Numbers with which SQL Server says that a login may not do something. */
const DENIED = [229, 230, 262, 297, 300, 2557, 2760, 15151, 15247];

function explainRefusal(error: unknown, schema: string): unknown {
  if (!hasSqlNumber(error, ...DENIED)) return error;
  return new DurableHostError(
    "STORAGE_PERMANENT",
    `The login may not set up the schema ${schema}: ${error.message} Have a database owner run what ` +
      `"durable-host storage script --schema ${schema}" prints and add the login to the role ${schema}_runtime.`,
    { cause: error },
  );
}
