import { DurableHostError } from "@durable-host/engine";

/** The schema where nothing else is configured, as with Microsoft's provider. */
export const DEFAULT_SCHEMA = "dt";

/** SQL Server allows 128 characters; `_runtime` and `_host` are appended. */
const LONGEST_SCHEMA_NAME = 120;

/**
 * The schema name, if it is safe to put into a script: names are written into T-SQL as they are (contract §1.1), so only
 * simple identifiers pass.
 *
 * @throws DurableHostError CONFIG_INVALID
 */
export function validateSchemaName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name.length <= LONGEST_SCHEMA_NAME) return name;
  throw new DurableHostError(
    "CONFIG_INVALID",
    `The schema name "${name}" cannot be used: write a letter or _, then letters, digits or _, ` +
      `at most ${LONGEST_SCHEMA_NAME} in all.`,
  );
}

/** The schema that holds what this runtime adds; Microsoft's upgrades and drops never look into it (contract §1.6). */
export function hostSchema(schema: string): string {
  return `${schema}_host`;
}

/** The role an app's login needs, and the only one. */
export function runtimeRole(schema: string): string {
  return `${schema}_runtime`;
}
