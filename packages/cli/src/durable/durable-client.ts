import { parseInstanceExport, type EntityCleanUp, type InstanceExport } from "@durable-host/engine";
import { CommandFailure } from "./command-failure";
import { refusal } from "./refusal";
import type { ManagementAnswer, ManagementRequest, ManagementTarget } from "./target/management-target";

/** Status of an instance as the management API answers it (durable contract §5.2). */
export interface InstanceStatus {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: string;
  readonly input: unknown;
  readonly customStatus: unknown;
  readonly output: unknown;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly historyEvents?: readonly HistoryRow[];
}

/** One event of a history. */
export interface HistoryRow {
  readonly EventType: string;
  readonly Timestamp: string;
  readonly [field: string]: unknown;
}

/** Which instances to list or purge. Absent conditions do not restrict. */
export interface InstanceConditions {
  readonly createdAfter?: string;
  readonly createdBefore?: string;
  readonly runtimeStatus?: readonly string[];
  readonly name?: string;
  readonly prefix?: string;
  /** All of these, each as `key:value`. */
  readonly tags?: readonly string[];
  readonly customStatus?: string;
}

export interface ListOptions extends InstanceConditions {
  /** Most instances to return. */
  readonly top: number;
  readonly continuationToken?: string;
  readonly showInput: boolean;
}

export interface InstanceList {
  readonly instances: readonly InstanceStatus[];
  /** Present when there are more. */
  readonly continuationToken?: string;
}

export interface StartRequest {
  readonly name: string;
  readonly instanceId?: string;
  /** JSON text. */
  readonly input?: string;
  readonly version?: string;
  /** Each as `key:value`. */
  readonly tags?: readonly string[];
}

/** What a purge has come to. */
export interface Purged {
  readonly instancesDeleted: number;
  /** Ids of sub-orchestrations that a recursive purge has left, because they run. */
  readonly instancesLeftRunning?: readonly string[];
}

/** What an instance waits for, in one line each; besides, the data that these were made from. */
export interface Explanation {
  readonly instanceId: string;
  readonly name: string;
  readonly text: string;
  /** As many as were asked for, of `waitsForCount`. */
  readonly waitsFor: readonly { readonly text: string }[];
  readonly waitsForCount: number;
  readonly holds?: { readonly text: string };
}

const CONTINUATION_HEADER = "x-ms-continuation-token";
const LARGEST_PAGE = 500;
/** Stands for the empty key of an entity, which a path cannot hold. */
const EMPTY_KEY = "$";
/** A bulk purge has to name its beginning. */
const BEGINNING = "1970-01-01T00:00:00Z";

/**
 * What durable commands do to a task hub, in a host or in a store. Everything rejects with CommandFailure, whose message
 * is for people.
 */
export class DurableClient {
  readonly #target: ManagementTarget;

  constructor(target: ManagementTarget) {
    this.#target = target;
  }

  /** Resolves to the instance id. */
  async start({ name, instanceId, input, version, tags }: StartRequest): Promise<string> {
    const path = ["orchestrators", name, ...(instanceId === undefined ? [] : [instanceId])];
    const answer = await this.#expect([202], {
      method: "POST",
      path,
      query: { version, tag: tags },
      body: input ?? "",
    });
    return this.#parse<{ readonly id: string }>(answer.text).id;
  }

  async get(instanceId: string, showInput = true): Promise<InstanceStatus> {
    return this.#status(instanceId, { showInput: String(showInput) });
  }

  /** Events of the newest execution; empty while it has not begun. */
  async history(instanceId: string): Promise<readonly HistoryRow[]> {
    const status = await this.#status(instanceId, { showHistory: "true", showHistoryOutput: "true" });
    return status.historyEvents ?? [];
  }

  /** Pages through the instances until there are `top`, or no more. */
  async list(options: ListOptions): Promise<InstanceList> {
    const instances: InstanceStatus[] = [];
    let token = options.continuationToken;
    do {
      const top = String(Math.min(LARGEST_PAGE, options.top - instances.length));
      const answer = await this.#expect([200], {
        method: "GET",
        path: ["instances"],
        query: { ...conditionsQuery(options), showInput: String(options.showInput), top },
        headers: token === undefined ? {} : { [CONTINUATION_HEADER]: token },
      });
      const page = this.#parse<readonly InstanceStatus[]>(answer.text);
      instances.push(...page.filter((status) => fits(status, options)));
      token = answer.headers[CONTINUATION_HEADER] || undefined;
    } while (token !== undefined && instances.length < options.top);
    return { instances, ...(token === undefined ? {} : { continuationToken: token }) };
  }

  async raiseEvent(instanceId: string, eventName: string, data: string): Promise<void> {
    await this.#post(["instances", instanceId, "raiseEvent", eventName], {}, data);
  }

  async signalEntity(name: string, key: string, operation: string, input?: string): Promise<void> {
    await this.#post(["entities", name, key === "" ? EMPTY_KEY : key], { op: operation }, input);
  }

  async cleanEntities(): Promise<EntityCleanUp> {
    const answer = await this.#expect([200], { method: "POST", path: ["entities", "$clean"] });
    return this.#parse<EntityCleanUp>(answer.text);
  }

  async terminate(instanceId: string, reason: string | undefined, recursive: boolean): Promise<void> {
    await this.#control(instanceId, "terminate", { reason, recursive: recursive ? "true" : undefined });
  }

  async suspend(instanceId: string, reason?: string): Promise<void> {
    await this.#control(instanceId, "suspend", { reason });
  }

  async resume(instanceId: string, reason?: string): Promise<void> {
    await this.#control(instanceId, "resume", { reason });
  }

  async rewind(instanceId: string, reason?: string): Promise<void> {
    await this.#control(instanceId, "rewind", { reason });
  }

  /** Resolves to the id of the instance that was started. */
  async restart(instanceId: string, withNewId: boolean): Promise<string> {
    const answer = await this.#control(instanceId, "restart", { restartWithNewInstanceId: String(withNewId) });
    return this.#parse<{ readonly id: string }>(answer.text).id;
  }

  /** Deletes one instance, with `recursive` those it started that have ended, too. */
  async purge(instanceId: string, recursive: boolean): Promise<Purged> {
    const query = { recursive: recursive ? "true" : undefined };
    const path = ["instances", instanceId];
    return this.#parse<Purged>((await this.#expect([200], { method: "DELETE", path, query })).text);
  }

  /** Deletes what has ended and fits. */
  async purgeAll(conditions: InstanceConditions, recursive: boolean): Promise<Purged> {
    const query = {
      ...conditionsQuery(conditions),
      createdTimeFrom: conditions.createdAfter ?? BEGINNING,
      recursive: recursive ? "true" : undefined,
    };
    const answer = await this.#expect([200, 404], { method: "DELETE", path: ["instances"], query });
    return answer.status === 404 ? { instancesDeleted: 0 } : this.#parse<Purged>(answer.text);
  }

  /** `top`: how many of the tasks that it waits for are listed. */
  async explain(instanceId: string, top: number): Promise<Explanation> {
    return this.#parse<Explanation>(await this.#ours(instanceId, "explain", { top: String(top) }));
  }

  /** State and history as they are stored, with `recursive` those of its sub-orchestrations, too. */
  async export(instanceId: string, recursive: boolean): Promise<InstanceExport> {
    const query = { recursive: recursive ? "true" : undefined };
    const text = await this.#ours(instanceId, "export", query);
    return parseInstanceExport(this.#parse(text), `The answer of ${this.#target.title}`);
  }

  deleteTaskHub(): Promise<void> {
    return this.#target.deleteTaskHub();
  }

  async #status(instanceId: string, query: ManagementRequest["query"]): Promise<InstanceStatus> {
    const path = ["instances", instanceId];
    return this.#parse<InstanceStatus>((await this.#expect([200, 202], { method: "GET", path, query })).text);
  }

  /** Reads what only this runtime's management API has. Another host answers as if the instance were missing. */
  async #ours(instanceId: string, view: string, query?: ManagementRequest["query"]): Promise<string> {
    const answer = await this.#target.send({ method: "GET", path: ["instances", instanceId, view], query });
    if (answer.status === 200) return answer.text;
    if (answer.status !== 404) throw refusal(answer, ["instances", instanceId], this.#target.title);
    await this.get(instanceId, false);
    throw new CommandFailure(
      `The instance '${instanceId}' is there, but ${this.#target.title} does not offer '${view}': it is another runtime, or an older version of this one.`,
    );
  }

  #control(instanceId: string, operation: string, query: ManagementRequest["query"]): Promise<ManagementAnswer> {
    return this.#post(["instances", instanceId, operation], query);
  }

  #post(path: readonly string[], query: ManagementRequest["query"], body?: string): Promise<ManagementAnswer> {
    return this.#expect([202], { method: "POST", path, query, body });
  }

  /** The API promises JSON of these shapes; what answers something else is something else. */
  #parse<T>(text: string): T {
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      const message = `${text.slice(0, 100)}\nThat is what ${this.#target.title} answered, and it is no JSON: is it a Functions host?`;
      throw new CommandFailure(message, { cause: error });
    }
  }

  async #expect(statuses: readonly number[], request: ManagementRequest): Promise<ManagementAnswer> {
    const answer = await this.#target.send(request);
    if (statuses.includes(answer.status)) return answer;
    throw refusal(answer, request.path, this.#target.title);
  }
}

function conditionsQuery(conditions: InstanceConditions): NonNullable<ManagementRequest["query"]> {
  return {
    createdTimeFrom: conditions.createdAfter,
    createdTimeTo: conditions.createdBefore,
    runtimeStatus: conditions.runtimeStatus?.join(","),
    name: conditions.name,
    instanceIdPrefix: conditions.prefix,
    tag: conditions.tags,
    customStatus: conditions.customStatus,
  };
}

/**
 * The official host does not know every condition, and leaves alone what it does not know. (Custom statuses are compared by
 * their stored text, which an answer does not show; the official host lists instances whatever theirs is.)
 */
function fits(status: InstanceStatus, { name, prefix = "", tags = [] }: InstanceConditions): boolean {
  const own = Object.entries(status.tags ?? {}).map(([key, value]) => `${key}:${value}`);
  return (
    (name === undefined || status.name.toLowerCase() === name.toLowerCase()) &&
    status.instanceId.startsWith(prefix) &&
    tags.every((tag) => own.includes(tag))
  );
}
