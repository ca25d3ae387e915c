import type { SchemaInspection } from "@durable-host/mssql";
import type { StorageCommand } from "../storage-command";

/** Scripts are due: no error, but not ready either. */
const NOT_CURRENT = 3;

/** Tells what a database holds and what the login may do; changes nothing. */
export const status: StorageCommand = {
  name: "status",
  description: `show the versions installed, what is due, and the login's rights (exit code ${NOT_CURRENT}: not up to date)`,
  takesCreateDatabase: false,
  async run({ schema, database, client }) {
    const { inspectSchema } = await import("@durable-host/mssql");
    const inspection = await inspectSchema(client, schema);
    return {
      json: { database, schema, ...inspection },
      lines: [
        ...schemaLines(schema, database, inspection),
        ...parkedLines(schema, inspection),
        ...rightsLines(schema, inspection),
      ],
      exitCode: inspection.state === "current" ? 0 : NOT_CURRENT,
    };
  },
};

function schemaLines(schema: string, database: string, { state, status: found, wanted }: SchemaInspection): string[] {
  const states = {
    absent: "not set up: durable-host storage init",
    behind: "older than this release needs: durable-host storage upgrade",
    current: "up to date",
    ahead: "newer than this release knows: update durable-host",
  };
  const contract = found.contract.map(({ version, appliedAt }) => `${version} (${new Date(appliedAt).toISOString()})`);
  return [
    `Schema ${schema} in ${database}: ${states[state]}.`,
    `  contract  ${contract.join(", ") || "none"}; wanted ${wanted.contract}`,
    `  revision  ${found.revision ?? "none"}; wanted ${wanted.revision}`,
  ];
}

/** Messages that somebody has to look at. */
function parkedLines(schema: string, { parked: { hubs, oldest } }: SchemaInspection): string[] {
  if (hubs.length === 0) return [];
  const counts = hubs.map(({ taskHub, messages }) => `${messages} of task hub ${taskHub}`);
  return [
    `Messages that no host could read are parked: ${counts.join(", ")}. Once an update can read them:`,
    `  EXEC ${schema}_host.ReleaseParkedMessages @TaskHub = '${hubs[0]?.taskHub}';`,
    ...oldest.map(
      ({ taskHub, instanceId, eventType, timestamp }) =>
        `  ${new Date(timestamp).toISOString()}  ${eventType} to ${instanceId} (${taskHub})`,
    ),
  ];
}

function rightsLines(schema: string, { rights, state }: SchemaInspection): string[] {
  const lines = [
    `Login ${rights.login}, user ${rights.user}, SQL Server ${rights.serverVersion}, ${rights.collation}.`,
  ];
  if (!rights.isUtf8) {
    lines.push("  The collation is not UTF-8: names and ids outside its code page are lost.");
  }
  if (rights.missing.length > 0) {
    lines.push(
      `  It may not call ${rights.missing.join(", ")}: ALTER ROLE ${schema}_runtime ADD MEMBER [${rights.user}];`,
    );
  }
  if (state !== "current" && !rights.maySetUp) {
    lines.push("  It may not set the schema up: durable-host storage script prints what a database owner has to run.");
  }
  if (state === "current" && rights.hasMoreThanNeeded) {
    lines.push(`  It may change the schema; to run the app, the role ${schema}_runtime is enough.`);
  }
  return lines;
}
