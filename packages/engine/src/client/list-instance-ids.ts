import { DurableHostError } from "../errors";
import type { InstanceState } from "../model/instance";
import { isTerminal, RUNTIME_STATUSES } from "../model/runtime-status";
import type { StorageProvider } from "../ports/storage-provider";
import type { InstanceIdPage, InstanceIdQuery } from "./task-hub";

/** Instances read in one go. */
const PAGE = 500;

/** Place in the order of the list. */
interface Bookmark {
  readonly completedAt: number;
  readonly instanceId: string;
}

/**
 * See TaskHub.listInstanceIds. Stores have no index on the time of completion, for every end would pay for it: each page is a
 * walk through all ended instances of the statuses asked for, of which no more than `top` ids are kept.
 */
export async function listInstanceIds(provider: StorageProvider, query: InstanceIdQuery): Promise<InstanceIdPage> {
  const { top, completedTo = Infinity } = query;
  if (!Number.isSafeInteger(top) || top < 1) {
    throw new DurableHostError("INVALID_ARGUMENT", `top must be a positive integer, not ${top}.`);
  }
  const after = query.continuationToken === undefined ? undefined : parseToken(query.continuationToken);
  const completedFrom = Math.max(query.completedFrom ?? -Infinity, after?.completedAt ?? -Infinity);
  const found: Bookmark[] = [];
  for await (const { instanceId, completedAt } of endedInstances(provider, query, completedFrom)) {
    if (completedAt === undefined || completedAt < completedFrom || completedAt > completedTo) continue;
    const place = { completedAt, instanceId };
    if (after && compare(place, after) <= 0) continue;
    // One more than asked for: it tells whether there is a next page.
    insert(found, place, top + 1);
  }
  const page = found.slice(0, top);
  const last = page.at(-1);
  return {
    instanceIds: page.map(({ instanceId }) => instanceId),
    ...(found.length > top && last ? { continuationToken: tokenOf(last) } : {}),
  };
}

async function* endedInstances(
  provider: StorageProvider,
  { statuses = RUNTIME_STATUSES }: InstanceIdQuery,
  completedFrom: number,
): AsyncGenerator<InstanceState> {
  const ended = statuses.filter(isTerminal);
  if (ended.length === 0) return;
  let continuationToken: string | undefined;
  do {
    const page = await provider.queryInstances({
      kind: "orchestration",
      statuses: ended,
      top: PAGE,
      // What ended since was changed since.
      ...(Number.isFinite(completedFrom) ? { lastUpdatedFrom: completedFrom } : {}),
      ...(continuationToken === undefined ? {} : { continuationToken }),
    });
    yield* page.instances;
    ({ continuationToken } = page);
  } while (continuationToken !== undefined);
}

/** Keeps the first `most` in order. */
function insert(places: Bookmark[], place: Bookmark, most: number): void {
  const last = places.at(-1);
  if (last && places.length === most && compare(place, last) >= 0) return;
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = places[middle];
    if (other && compare(other, place) < 0) low = middle + 1;
    else high = middle;
  }
  places.splice(low, 0, place);
  if (places.length > most) places.pop();
}

/** By UTF-16 units, as no locale changes them. */
function compare(one: Bookmark, other: Bookmark): number {
  if (one.completedAt !== other.completedAt) return one.completedAt - other.completedAt;
  if (one.instanceId === other.instanceId) return 0;
  return one.instanceId < other.instanceId ? -1 : 1;
}

function tokenOf({ completedAt, instanceId }: Bookmark): string {
  return Buffer.from(JSON.stringify([completedAt, instanceId])).toString("base64url");
}

/** @throws DurableHostError INVALID_ARGUMENT */
function parseToken(token: string): Bookmark {
  try {
    const [completedAt, instanceId]: unknown[] = JSON.parse(Buffer.from(token, "base64url").toString());
    if (typeof completedAt === "number" && typeof instanceId === "string") return { completedAt, instanceId };
  } catch {
    // Said below, as for every text that is no token.
  }
  throw new DurableHostError("INVALID_ARGUMENT", `'${token}' is no continuation token of this list.`);
}
