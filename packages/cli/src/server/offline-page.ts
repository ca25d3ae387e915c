import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostResponse } from "@durable-host/functions";

const FILE = "app_offline.htm";

/** So that a request costs no look at the disk: what is put there takes effect within this time. */
const LOOK_EVERY_MS = 1000;

const DEFAULT_PAGE =
  '<!doctype html><html lang="en"><title>Offline</title><h1>This Functions app is offline.</h1></html>\n';

/** `app_offline.htm` in the app's folder takes the app off the net as long as it is there (functions-host contract §3.2). */
export class OfflinePage {
  readonly #file: string;
  readonly #now: () => number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #response: HostResponse | undefined;

  /** @param now milliseconds on a clock that only goes on */
  constructor(appRoot: string, now: () => number) {
    this.#file = join(appRoot, FILE);
    this.#now = now;
  }

  /** What everybody gets instead of an answer of the app; undefined: the app is on the net. */
  get response(): HostResponse | undefined {
    if (this.#now() - this.#lookedAt >= LOOK_EVERY_MS) this.#look();
    return this.#response;
  }

  /** Puts the page there, or takes it away. Throws what the file system throws. */
  set isOffline(offline: boolean) {
    if (!offline) rmSync(this.#file, { force: true });
    else if (statSync(this.#file, { throwIfNoEntry: false }) === undefined) writeFileSync(this.#file, DEFAULT_PAGE);
    this.#look();
  }

  #look(): void {
    this.#lookedAt = this.#now();
    this.#response = pageResponse(this.#file);
  }
}

function pageResponse(file: string): HostResponse | undefined {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return { status: 503, headers: [["Content-Type", "text/html; charset=utf-8"]], body: readFileSync(file) };
}
