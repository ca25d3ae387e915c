import { DurableHostError, type InstancePage, type InstanceQuery } from "@durable-host/engine";
import type { Row, SqlParameter } from "../connection/sql-client";
import { Columns } from "../rows/columns";
import { textTable } from "../rows/list-tables";
import { decodeInstance } from "../rows/instance-row";
import { readInstanceRow } from "../rows/read-rows";
import type { TextStorage } from "../rows/exact-text";
import { tagsColumn, type Tags } from "../rows/tags-column";
import { callHost, type Store } from "../store";

/** The last instance of a page: its time of creation in all digits the server keeps, and its id. */
interface Bookmark {
  readonly created: string;
  readonly instanceId: string;
}

/** A page of instances in order of creation. */
export async function queryInstances(store: Store, query: InstanceQuery): Promise<InstancePage> {
  const after = query.continuationToken === undefined ? undefined : parseToken(query.continuationToken);
  // One more than asked for: it tells whether there is another page.
  const { sets } = await callHost(store, "QueryInstances", parameters(store, query, after), { reads: true });
  const rows = sets[0] ?? [];
  const page = rows.slice(0, query.top);
  const last = page.at(-1);
  return {
    instances: page.map((row) => decodeInstance(readInstanceRow(row))),
    ...(rows.length > page.length && last !== undefined && { continuationToken: tokenOf(last) }),
  };
}

function parameters({ schema, storage }: Store, query: InstanceQuery, after: Bookmark | undefined): SqlParameter[] {
  const { kind, statuses, instanceIdPrefix, name, customStatusContains, tags = {} } = query;
  return [
    { name: "Top", type: "int", value: query.top + 1 },
    { name: "Entities", type: "bit", value: kind === undefined ? null : kind === "entity" },
    { name: "CreatedFrom", type: "datetime2", value: query.createdFrom },
    { name: "CreatedTo", type: "datetime2", value: query.createdTo },
    { name: "LastUpdatedFrom", type: "datetime2", value: query.lastUpdatedFrom },
    { name: "LastUpdatedTo", type: "datetime2", value: query.lastUpdatedTo },
    {
      name: "IdPattern",
      type: "nvarchar",
      length: 400,
      value: instanceIdPrefix ? `${escaped(instanceIdPrefix)}%` : null,
    },
    { name: "Name", type: "nvarchar", length: 300, value: name },
    { name: "CustomStatus", type: "nvarchar", value: customStatusContains || null },
    { name: "AfterCreatedTime", type: "nvarchar", length: 33, value: after?.created },
    { name: "AfterInstanceID", type: "nvarchar", length: 100, value: after?.instanceId },
    { name: "AnyStatus", type: "bit", value: statuses === undefined || statuses.length === 0 },
    { name: "Statuses", type: "table", value: textTable(schema, statuses ?? []) },
    { name: "Tags", type: "table", value: textTable(schema, tagFragments(tags, storage)) },
  ];
}

/** Nothing in the user's text is a wildcard. */
function escaped(prefix: string): string {
  return prefix.replaceAll(/[\\%_[]/g, String.raw`\$&`);
}

/**
 * Tags as each stands in the stored JSON. Inside a key or value every quotation mark has a backslash before it, so the text is
 * found only where it is a tag.
 */
function tagFragments(tags: Tags, storage: TextStorage): readonly string[] {
  return Object.entries(tags).map(([key, value]) => (tagsColumn({ [key]: value }, storage) ?? "").slice(1, -1));
}

function tokenOf(row: Row): string {
  const columns = new Columns(row);
  return Buffer.from(JSON.stringify([columns.text("CreatedText"), columns.text("InstanceID")])).toString("base64url");
}

/** @throws DurableHostError INVALID_ARGUMENT */
function parseToken(token: string): Bookmark {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(value)) {
      const [created, instanceId] = value as unknown[];
      if (typeof created === "string" && typeof instanceId === "string") return { created, instanceId };
    }
  } catch {
    // Said below, as for every text that is no token.
  }
  throw new DurableHostError("INVALID_ARGUMENT", `'${token}' is no continuation token of this store.`);
}
