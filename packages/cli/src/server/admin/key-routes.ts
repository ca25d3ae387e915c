import { hasCode } from "@durable-host/engine";
import type { HostRequest, HostResponse, KeyList, KeyRing } from "@durable-host/functions";
import { empty, json, NOT_FOUND, readJson, refusal, type AdminCall, type AdminRoute } from "./admin-route";

export interface KeyRoutesOptions {
  readonly keys: Pick<KeyRing, "list" | "set" | "delete">;
  /** Tells whether the app has a function of this name. */
  readonly hasFunction: (name: string) => boolean;
}

/** Which keys a path means; undefined when it names a function the app does not have. */
type Target = (call: AdminCall) => { readonly list: KeyList; readonly key?: string } | undefined;

/** Administration of keys (functions-host contract §3.4): look at them, make, replace and delete them. */
export function keyRoutes({ keys, hasFunction }: KeyRoutesOptions): readonly AdminRoute[] {
  const hostList =
    (list: KeyList): Target =>
    ({ params: [key] }) => ({ list, ...(key !== undefined && { key }) });
  const functionList: Target = ({ params: [name = "", key] }) =>
    hasFunction(name) ? { list: { type: "function", name }, ...(key !== undefined && { key }) } : undefined;
  return [
    ...routesBelow("admin/host/keys", hostList({ type: "host" }), keys),
    ...routesBelow("admin/host/functionkeys", hostList({ type: "host" }), keys),
    ...routesBelow("admin/host/systemkeys", hostList({ type: "system" }), keys),
    ...routesBelow("admin/functions/*/keys", functionList, keys),
  ];
}

function routesBelow(path: string, target: Target, keys: KeyRoutesOptions["keys"]): readonly AdminRoute[] {
  const withTarget =
    (handle: (call: AdminCall, list: KeyList, key: string) => Promise<HostResponse>) => async (call: AdminCall) => {
      const found = target(call);
      return found === undefined ? NOT_FOUND : handle(call, found.list, found.key ?? "");
    };
  const one = `${path}/*`;
  return [
    {
      methods: ["GET"],
      path,
      handle: withTarget(async ({ request }, list) => listKeys(request, await keys.list(list))),
    },
    { methods: ["GET"], path: one, handle: withTarget(({ request }, list, key) => showKey(request, list, key, keys)) },
    { methods: ["POST"], path: one, handle: withTarget(({ request }, list, key) => setKey(request, list, key, keys)) },
    { methods: ["PUT"], path: one, handle: withTarget(({ request }, list, key) => putKey(request, list, key, keys)) },
    { methods: ["DELETE"], path: one, handle: withTarget((_call, list, key) => deleteKey(list, key, keys)) },
  ];
}

function listKeys({ url }: HostRequest, found: ReadonlyMap<string, string>): HostResponse {
  return json(200, {
    keys: [...found].map(([name, value]) => ({ name, value })),
    links: [{ rel: "self", href: url.origin + url.pathname }],
  });
}

async function showKey(
  request: HostRequest,
  list: KeyList,
  key: string,
  keys: KeyRoutesOptions["keys"],
): Promise<HostResponse> {
  const found = [...(await keys.list(list))].find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? NOT_FOUND : json(200, shown(request, ...found));
}

async function putKey(
  request: HostRequest,
  list: KeyList,
  key: string,
  keys: KeyRoutesOptions["keys"],
): Promise<HostResponse> {
  const body = await readJson(request);
  const value = typeof body === "object" && body !== null && "value" in body ? body.value : undefined;
  if (typeof value !== "string" || value === "") {
    return refusal(
      400,
      'A key is put as {"name": …, "value": …}; a POST without a body makes one that nobody can guess.',
    );
  }
  return setKey(request, list, key, keys, value);
}

async function setKey(
  request: HostRequest,
  list: KeyList,
  key: string,
  keys: KeyRoutesOptions["keys"],
  given?: string,
): Promise<HostResponse> {
  const { value, isNew } = await keys.set(list, key, given);
  const { href } = shown(request, key, value).links[0];
  return json(isNew ? 201 : 200, shown(request, key, value), isNew ? [["Location", href]] : []);
}

async function deleteKey(list: KeyList, key: string, keys: KeyRoutesOptions["keys"]): Promise<HostResponse> {
  try {
    return (await keys.delete(list, key)) ? empty(204) : NOT_FOUND;
  } catch (error) {
    if (hasCode(error, "INVALID_ARGUMENT")) return refusal(400, error.message);
    throw error;
  }
}

/** Links carry no key: whoever may see this has one. */
function shown({ url }: HostRequest, name: string, value: string) {
  return { name, value, links: [{ rel: "self", href: url.origin + url.pathname }] } as const;
}
