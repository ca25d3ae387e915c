import type {
  ActivityResult,
  ActivityTask,
  CancellationReason,
  EntityBatch,
  EntityBatchResult,
  Inspection,
  TraceContext,
} from "@durable-host/engine";
import type { InvocationRequest } from "../worker/invocation";
import type { EpisodeAnswer, EpisodeRequest } from "../worker/orchestrator/episode-request";
import type { SessionMode } from "../worker/orchestrator/sessions";
import type { BindingInfo } from "../worker/registered-function";
import type { BodyCancel, BodyCredit } from "./body-streams";

/** Typed data of functions-host contract §2.2 as they cross the wire: JSON only, so that `bytes` is base64 text. */
export type WireData = Readonly<Record<string, unknown>>;

/** Where a debugger finds a worker, and what the worker does until one comes. */
export interface InspectOptions {
  readonly host: string;
  readonly port: number;
  /** `wait` for a debugger before the app is loaded, or `break` there besides. */
  readonly mode: "run" | "wait" | "break";
}

/** First message to a worker. */
export interface Init {
  readonly type: "init";
  readonly appRoot: string;
  /** Merged into the worker's environment before any app code loads. */
  readonly settings: Readonly<Record<string, string>>;
  readonly durableClientInput: object;
  readonly hostVersion: string;
  readonly sessionMode: SessionMode;
  /** Absent: no debugger can attach. */
  readonly inspect?: InspectOptions | undefined;
  /** Tell which files of the app are loaded. */
  readonly reportFiles?: boolean;
  /** Delay between polls of `callHttp` for answers that name none, in milliseconds. */
  readonly httpPollMs: number;
  /** What the durable client asks for is to be traced back to the run that asked (durable contract §8.1). */
  readonly traceClients?: boolean;
}

/** A function as its worker reports it. `bindings` is what `@azure/functions` registered (contract §1.5). */
export interface FunctionReport {
  readonly name: string;
  readonly bindings: Readonly<Record<string, BindingInfo>>;
  readonly retryOptions?: Readonly<Record<string, unknown>>;
  readonly scriptFile: string;
}

/** A function that the app has registered and that cannot run, with the reason. */
export interface RejectedFunction {
  readonly name: string;
  readonly reason: string;
}

/** The app is loaded and takes calls. */
export interface AppLoaded {
  readonly type: "loaded";
  readonly functions: readonly FunctionReport[];
  readonly rejected: readonly RejectedFunction[];
  readonly capabilities: Readonly<Record<string, string>>;
  /** What a person should know about the app although it has loaded. */
  readonly warnings: readonly string[];
}

/** Why the app could not be loaded. */
export interface LoadFailure {
  /** Entry file relative to the app's root, or the pattern that matched nothing. Absent: not a file's fault. */
  readonly file?: string;
  readonly message: string;
  readonly stack?: string;
  /** Functions that were registered before the failure. */
  readonly registered: readonly string[];
}

/** The app could not be loaded; the worker ends. */
export interface LoadFailed {
  readonly type: "loadFailed";
  readonly failure: LoadFailure;
}

interface InvocationHead {
  readonly function: string;
  readonly invocationId: string;
  /** The one the function's code sees; absent: what came with the trigger. */
  readonly traceContext?: TraceContext;
  /** Values of the function's input bindings, beside trigger and durable client. */
  readonly inputs?: BindingValues;
}

/** Any function but the ones that have a kind of their own: timers, queues, administrative runs. */
export interface GenericCall extends Omit<InvocationHead, "traceContext">, Omit<InvocationRequest, "inputData"> {
  readonly triggerData: WireData;
}

/** Values of bindings, by binding name; `$return` is the function's result. */
export type BindingValues = readonly { readonly name: string; readonly data: WireData }[];

/** What a generic call came to. */
export interface GenericResult {
  readonly returnValue?: WireData;
}

/** The kinds of calls with what is asked and answered. A kind without a handler in the worker does not compile. */
export interface Calls {
  activity: { request: InvocationHead & { readonly task: ActivityTask }; answer: ActivityResult };
  entity: { request: InvocationHead & { readonly batch: EntityBatch }; answer: EntityBatchResult };
  episode: { request: EpisodeRequest; answer: EpisodeAnswer };
  inspection: { request: EpisodeRequest; answer: Inspection };
  generic: { request: GenericCall; answer: GenericResult };
  http: { request: HttpCall; answer: HttpAnswer };
}

export type CallKind = keyof Calls;

/** `whole`: one chunk follows in the same write. `stream`: chunks follow as they come. */
export type BodyKind = "none" | "whole" | "stream";

/** An HTTP request for a function, without its body. */
export interface HttpCall extends InvocationHead {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly body: BodyKind;
}

/** An HTTP response, without its body. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: BodyKind;
}

/** A call of the app; answered by `Done` or `Failed` with the same id. */
export interface Call<K extends CallKind = CallKind> {
  readonly type: "call";
  readonly id: number;
  readonly kind: K;
  readonly request: Calls[K]["request"];
}

/** A call of any kind, with the request that belongs to the kind. */
export type AnyCall = { [K in CallKind]: Call<K> }[CallKind];

export interface Done {
  readonly type: "done";
  readonly id: number;
  readonly answer: Calls[CallKind]["answer"];
}

/** An error as it crosses the wire. */
export interface WireError {
  readonly message: string;
  readonly stack?: string;
}

export interface Failed {
  readonly type: "failed";
  readonly id: number;
  readonly error: WireError;
}

/** Levels of `context.log` (contract §1.4). */
export type LogLevel = "trace" | "debug" | "information" | "warning" | "error" | "critical" | "none";

/** Something the app, or the worker about the app, has to say. */
export interface LogEntry {
  readonly type: "log";
  readonly level: LogLevel;
  readonly category: string;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
}

/** An uncaught error ends the worker. */
export interface Crashed {
  readonly type: "crashed";
  readonly error: WireError;
}

/** Files of the app that have been loaded, absolute. */
export interface FilesLoaded {
  readonly type: "files";
  readonly files: readonly string[];
}

/** Values that the app has given to output bindings of a call. Its answer follows. */
export interface Outputs {
  readonly type: "outputs";
  readonly id: number;
  readonly values: BindingValues;
}

export type HostMessage =
  | Init
  | AnyCall
  | { readonly type: "forget"; readonly instanceId: string }
  /** The code of an activity may end early; its answer is still awaited. */
  | { readonly type: "cancel"; readonly id: number; readonly reason: CancellationReason }
  /** Nobody waits for this call's answer any more. */
  | { readonly type: "abandon"; readonly id: number }
  | { readonly type: "terminate" }
  /** Opens the debugger's port; without options, gives it to whoever wants it next. */
  | { readonly type: "debugger"; readonly options?: InspectOptions | undefined }
  | BodyCredit
  | BodyCancel;

export type WorkerMessage =
  AppLoaded | LoadFailed | Done | Failed | LogEntry | Crashed | Outputs | FilesLoaded | BodyCredit | BodyCancel;
