import type { HostResponse } from "../http/types";

type Headers = HostResponse["headers"];

const JSON_TYPE: Headers[number] = ["Content-Type", "application/json; charset=utf-8"];
const JSON_HEADERS: Headers = [JSON_TYPE];
const NO_HEADERS: Headers = [];

/** A JSON answer from text that already is JSON. */
export function jsonResponse(status: number, body: string, headers?: Headers): HostResponse {
  return { status, headers: headers === undefined ? JSON_HEADERS : [JSON_TYPE, ...headers], body };
}

export function emptyResponse(status: number): HostResponse {
  return { status, headers: NO_HEADERS };
}

/** Plain text: what the SDK takes over as the message of an error (`rewind`). */
export function textResponse(status: number, body: string): HostResponse {
  return { status, headers: [["Content-Type", "text/plain; charset=utf-8"]], body };
}

/** 202 for a start: the links, where to look, and how soon (contract §5.2). */
export function startedResponse(links: string, location: string): HostResponse {
  return jsonResponse(202, links, [
    ["Location", location],
    ["Retry-After", "10"],
  ]);
}

/** Header that carries the position of the next page, both ways. */
export const CONTINUATION_HEADER = "x-ms-continuation-token";

export function pageHeaders(continuationToken: string | undefined): Headers {
  return continuationToken === undefined ? NO_HEADERS : [[CONTINUATION_HEADER, continuationToken]];
}
