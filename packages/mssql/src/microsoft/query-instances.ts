import {
  DurableHostError,
  instanceKind,
  type InstanceFilter,
  type InstancePage,
  type InstanceQuery,
  type InstanceState,
} from "@durable-host/engine";
import type { InstanceRow } from "../rows/instance-row";
import { callMicrosoft, type MicrosoftStore } from "./microsoft-store";
import { instanceRow, isDeleted, stateOf } from "./read-instance";

/** Rows of one call. */
const PAGE = 500;

/** Where a listing goes on: at this time, and without those of it that were seen. */
interface Bookmark {
  readonly from: number;
  readonly seen: readonly string[];
}

interface RowsWanted {
  readonly after?: Bookmark;
  readonly filter?: InstanceFilter;
  /** False: without inputs and outputs. */
  readonly texts?: boolean;
}

/** A page of instances in order of creation. What the procedure has no filter for is left out here. */
export async function queryInstances(store: MicrosoftStore, query: InstanceQuery): Promise<InstancePage> {
  const after = query.continuationToken === undefined ? undefined : parseToken(query.continuationToken);
  const instances: InstanceState[] = [];
  let bookmark = after;
  for await (const row of rowsFrom(store, { after, filter: query })) {
    const state = stateOf(row);
    if (isDeleted(row) || !matches(state, query)) continue;
    // One more than asked for: it tells that there is another page.
    if (instances.length === query.top) return { instances, continuationToken: tokenOf(bookmark) };
    instances.push(state);
    bookmark = advanced(bookmark, row);
  }
  return { instances };
}

/** Rows in order of creation, page by page; instances that come and go meanwhile move no others. */
export async function* rowsFrom(
  store: MicrosoftStore,
  { after, filter = {}, texts = true }: RowsWanted,
): AsyncGenerator<InstanceRow> {
  let bookmark = after;
  for (let page = 0; ;) {
    const rows = await readPage(store, filter, bookmark?.from ?? filter.createdFrom, page, texts);
    const before = bookmark;
    for (const row of rows) {
      if (row.createdTime === bookmark?.from && bookmark.seen.includes(row.instanceId)) continue;
      bookmark = advanced(bookmark, row);
      yield row;
    }
    if (rows.length < PAGE) return;
    // A page of which all were created within one millisecond moves no bookmark on.
    page = bookmark?.from === before?.from ? page + 1 : 0;
  }
}

function advanced(bookmark: Bookmark | undefined, { createdTime, instanceId }: InstanceRow): Bookmark {
  const seen = bookmark?.from === createdTime ? bookmark.seen : [];
  return { from: createdTime, seen: [...seen, instanceId] };
}

async function readPage(
  store: MicrosoftStore,
  { statuses = [], instanceIdPrefix, createdTo }: InstanceFilter,
  from: number | undefined,
  page: number,
  texts: boolean,
): Promise<readonly InstanceRow[]> {
  const { sets } = await callMicrosoft(store, "_QueryManyOrchestrations", [
    { name: "PageSize", type: "int", value: PAGE },
    { name: "PageNumber", type: "int", value: page },
    { name: "FetchInput", type: "bit", value: texts },
    { name: "FetchOutput", type: "bit", value: texts },
    { name: "CreatedTimeFrom", type: "datetime2", value: from },
    // The server keeps finer times than it tells: a millisecond more, and what is too much is left out here.
    { name: "CreatedTimeTo", type: "datetime2", value: createdTo === undefined ? null : createdTo + 1 },
    { name: "RuntimeStatusFilter", type: "nvarchar", length: 200, value: statuses.join(",") || null },
    { name: "InstanceIDPrefix", type: "nvarchar", length: 100, value: literalPart(instanceIdPrefix) },
  ]);
  return (sets[0] ?? []).map((row) => instanceRow(store, row));
}

/** Of a prefix, what stands before the first wildcard: the procedure takes none literally. */
function literalPart(prefix: string | undefined): string | null {
  return prefix?.split(/[%_[]/, 1)[0] || null;
}

function matches(state: InstanceState, filter: InstanceFilter): boolean {
  const { kind, name, tags = {}, customStatusContains, instanceIdPrefix = "" } = filter;
  return (
    isWithin(state.createdAt, filter.createdFrom, filter.createdTo) &&
    isWithin(state.lastUpdatedAt, filter.lastUpdatedFrom, filter.lastUpdatedTo) &&
    state.instanceId.startsWith(instanceIdPrefix) &&
    (kind === undefined || instanceKind(state.instanceId) === kind) &&
    (name === undefined || state.name.toLowerCase() === name.toLowerCase()) &&
    (!customStatusContains || (state.customStatus?.includes(customStatusContains) ?? false)) &&
    Object.entries(tags).every(([tag, value]) => state.tags?.[tag] === value)
  );
}

function isWithin(time: number, from = -Infinity, to = Infinity): boolean {
  return time >= from && time <= to;
}

function tokenOf(bookmark: Bookmark | undefined): string {
  return Buffer.from(JSON.stringify([bookmark?.from, bookmark?.seen])).toString("base64url");
}

/** @throws DurableHostError INVALID_ARGUMENT */
function parseToken(token: string): Bookmark {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(value)) {
      const [from, seen] = value as unknown[];
      if (typeof from === "number" && Array.isArray(seen)) return { from, seen: seen.map(String) };
    }
  } catch {
    // Said below, as for every text that is no token.
  }
  throw new DurableHostError("INVALID_ARGUMENT", `'${token}' is no continuation token of this store.`);
}
