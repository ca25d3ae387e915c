/** What every management URL of a task hub has in common. */
export interface UrlParts {
  /** `<scheme>://<host>/runtime/webhooks/durabletask`, no trailing slash. */
  readonly baseUrl: string;
  readonly hubName: string;
  readonly connectionName: string;
  /** System key of the webhook; absent where no key is asked for. */
  readonly key?: string;
}

type Operation = readonly [property: string, path: string, asksReason: boolean];

const OPERATIONS: readonly Operation[] = [
  ["statusQueryGetUri", "", false],
  ["sendEventPostUri", "/raiseEvent/{eventName}", false],
  ["terminatePostUri", "/terminate", true],
  ["rewindPostUri", "/rewind", true],
  ["purgeHistoryDeleteUri", "", false],
  ["restartPostUri", "/restart", false],
  ["suspendPostUri", "/suspend", true],
  ["resumePostUri", "/resume", true],
];

/** The operations of a start's answer: contract §5.2 leaves rewind out. */
const LINKED = OPERATIONS.filter(([property]) => property !== "rewindPostUri");

/** `taskHub=…&connection=…[&code=…]`, as every management URL ends. */
export function commonQuery(parts: UrlParts): string {
  const hub = `taskHub=${encodeURIComponent(parts.hubName)}&connection=${encodeURIComponent(parts.connectionName)}`;
  const key = requiredQuery(parts);
  return key === "" ? hub : `${hub}&${key}`;
}

/** `code=…`, or nothing where no key is asked for. */
export function requiredQuery(parts: UrlParts): string {
  return parts.key === undefined ? "" : `code=${encodeURIComponent(parts.key)}`;
}

function operationUrl(instanceUrl: string, query: string, [, path, asksReason]: Operation): string {
  return `${instanceUrl}${path}?${asksReason ? "reason={text}&" : ""}${query}`;
}

/** URL that answers the status of an instance. */
export function statusUrl(parts: UrlParts, instanceId: string): string {
  return `${parts.baseUrl}/instances/${encodeURIComponent(instanceId)}?${commonQuery(parts)}`;
}

/** The links body of a start as JSON text. Built by concatenation: URLs are percent-encoded, nothing in them needs escaping. */
export function linksJson(parts: UrlParts, instanceId: string): string {
  const instanceUrl = `${parts.baseUrl}/instances/${encodeURIComponent(instanceId)}`;
  const query = commonQuery(parts);
  let json = `{"id":${JSON.stringify(instanceId)}`;
  for (const operation of LINKED) json += `,"${operation[0]}":"${operationUrl(instanceUrl, query, operation)}"`;
  return `${json}}`;
}

/** All management URLs of an instance placeholder, as the durableClient binding hands them to the SDK. */
export function managementUrls(parts: UrlParts, placeholder: string): Readonly<Record<string, string>> {
  const query = commonQuery(parts);
  const instanceUrl = `${parts.baseUrl}/instances/${placeholder}`;
  const urls: Record<string, string> = { id: placeholder };
  for (const operation of OPERATIONS) urls[operation[0]] = operationUrl(instanceUrl, query, operation);
  return urls;
}
