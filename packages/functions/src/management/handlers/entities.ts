import type { EntityId, EntityState, JsonText } from "@durable-host/engine";
import type { HostResponse } from "../../http/types";
import { invalidJsonResponse, tooLargeResponse } from "../error-response";
import type { ManagementCall } from "../management-call";
import { isJson, readBody, saysJson } from "../read-body";
import { CONTINUATION_HEADER, emptyResponse, jsonResponse, pageHeaders } from "../responses";
import { payloadJson } from "../status-json";
import { pageSize } from "./list-instances";

/** Stands for the empty key, which a path cannot hold. */
const EMPTY_KEY = "$";

/** GET /entities/{name}/{key} */
export async function getEntity(call: ManagementCall): Promise<HostResponse> {
  const entity = await call.taskHub.getEntity(entityId(call));
  return entity === undefined ? emptyResponse(404) : jsonResponse(200, payloadJson(entity.state));
}

/** GET /entities[/{name}] */
export async function listEntities(call: ManagementCall): Promise<HostResponse> {
  const [name] = call.params;
  const fetchState = call.query.flag("fetchState", false);
  const page = await call.taskHub.queryEntities({
    name,
    lastOperationFrom: call.query.time("lastOperationTimeFrom"),
    lastOperationTo: call.query.time("lastOperationTimeTo"),
    fetchState,
    top: pageSize(call),
    continuationToken: call.request.headers[CONTINUATION_HEADER] || undefined,
  });
  const items = page.entities.map((entity) => entityJson(entity, fetchState));
  return jsonResponse(200, `[${items.join(",")}]`, pageHeaders(page.continuationToken));
}

/** POST /entities/{name}/{key}?op= */
export async function signalEntity(call: ManagementCall): Promise<HostResponse> {
  const body = await readBody(call.request, call.bodyLimit);
  if (body.type === "tooLarge") return tooLargeResponse(call.bodyLimit);
  const input = operationInput(body.text, call.request.headers["content-type"]);
  if (input === undefined) return invalidJsonResponse("The body says application/json but is not JSON.");
  const operation = call.query.text("op") ?? "";
  await call.taskHub.signalEntity(entityId(call), operation, input, undefined, call.traceContext);
  return emptyResponse(202);
}

/** DELETE /entities/{name}/{key}: asks the entity to delete itself. */
export async function deleteEntity(call: ManagementCall): Promise<HostResponse> {
  await call.taskHub.signalEntity(entityId(call), "delete", null);
  return emptyResponse(202);
}

/** POST /entities/$clean, an addition of ours: removes empty entities and releases the locks of orchestrations that have ended. */
export async function cleanEntities(call: ManagementCall): Promise<HostResponse> {
  return jsonResponse(200, JSON.stringify(await call.taskHub.cleanEntities()));
}

function entityId({ params }: ManagementCall): EntityId {
  const [name = "", key = ""] = params;
  return { name, key: key === EMPTY_KEY ? "" : key };
}

/** A body that is not declared as JSON is a string; `undefined` when it is declared as JSON and is not. */
function operationInput(text: string, contentType: string | undefined): JsonText | null | undefined {
  if (text === "") return null;
  if (!saysJson(contentType)) return JSON.stringify(text);
  return isJson(text) ? text : undefined;
}

function entityJson({ id, state, lastOperationAt }: EntityState, withState: boolean): string {
  const time = new Date(lastOperationAt).toISOString();
  const shownState = withState ? `,"state":${payloadJson(state)}` : "";
  const shownId = JSON.stringify({ name: id.name, key: id.key });
  return `{"entityId":${shownId},"lastOperationTime":"${time}"${shownState}}`;
}
