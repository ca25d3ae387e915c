import type { FunctionKind } from "@durable-host/engine";
import type { FunctionReport, RejectedFunction } from "../wire/messages";
import { requiresGrpc, type BindingInfo } from "../worker/registered-function";

/** A function of the app as the host sees it. */
export interface FunctionDescription extends FunctionReport {
  readonly triggerName: string;
  readonly trigger: BindingInfo;
  /** Listed, but not triggered: by setting or because host.json's `functions` leaves it out. */
  readonly disabled: boolean;
}

/** What decides which functions run. Names of settings and functions ignore case. */
export interface FunctionSelection {
  /** App settings; `AzureWebJobs.<name>.Disabled` and `AzureWebJobs_<name>_Disabled` count. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** host.json's `functions`: when present, only these run. */
  readonly allow?: readonly string[];
}

const TRIGGER_KINDS: Readonly<Record<string, FunctionKind>> = {
  orchestrationtrigger: "orchestration",
  activitytrigger: "activity",
  entitytrigger: "entity",
};

/** The app's functions, by name without regard to case (contract §1.3, §6.1). */
export class FunctionIndex {
  readonly functions: readonly FunctionDescription[];
  readonly rejected: readonly RejectedFunction[];
  readonly #byName: ReadonlyMap<string, FunctionDescription>;
  readonly #byKind: Readonly<Record<FunctionKind, ReadonlyMap<string, FunctionDescription>>>;

  constructor(functions: readonly FunctionDescription[], rejected: readonly RejectedFunction[]) {
    this.functions = functions;
    this.rejected = rejected;
    this.#byName = new Map(functions.map((fn) => [fn.name.toLowerCase(), fn]));
    const ofKind = (kind: FunctionKind): ReadonlyMap<string, FunctionDescription> =>
      new Map([...this.#byName].filter(([, fn]) => !fn.disabled && kindOf(fn) === kind));
    this.#byKind = { orchestration: ofKind("orchestration"), activity: ofKind("activity"), entity: ofKind("entity") };
  }

  find(name: string): FunctionDescription | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** Tells whether there is an enabled function of this kind. */
  knows(kind: FunctionKind, name: string): boolean {
    const functions = this.#byKind[kind];
    return functions.has(name) || functions.has(name.toLowerCase());
  }

  /** Whether a durable function is one of `durable-functions` v4. */
  requiresGrpc(name: string): boolean {
    const fn = this.find(name);
    return fn !== undefined && requiresGrpc(fn.trigger);
  }

  names(kind: FunctionKind): readonly string[] {
    return [...this.#byKind[kind].values()].map((fn) => fn.name);
  }
}

/** The index without functions that turn out not to be usable. */
export function without(index: FunctionIndex, unusable: readonly RejectedFunction[]): FunctionIndex {
  const names = new Set(unusable.map(({ name }) => name));
  const left = index.functions.filter(({ name }) => !names.has(name));
  return names.size === 0 ? index : new FunctionIndex(left, [...index.rejected, ...unusable]);
}

/** The functions that cannot run without gRPC: those of `durable-functions` v4, and those that have its client. */
export function needingGrpc({ functions }: FunctionIndex): readonly FunctionDescription[] {
  return functions.filter(({ bindings, disabled }) => !disabled && Object.values(bindings).some(requiresGrpc));
}

/** The index without them, for where there is no gRPC. */
export function withoutGrpc(index: FunctionIndex): FunctionIndex {
  const reason = "It is on durable-functions 4, whose functions need gRPC; there is none here.";
  return without(
    index,
    needingGrpc(index).map(({ name }) => ({ name, reason })),
  );
}

function kindOf(fn: FunctionDescription): FunctionKind | undefined {
  return TRIGGER_KINDS[fn.trigger.type.toLowerCase()];
}

/** Makes the index of what a worker reports. A function without a trigger is rejected. */
export function indexFunctions(
  reports: readonly FunctionReport[],
  rejected: readonly RejectedFunction[],
  selection: FunctionSelection,
): FunctionIndex {
  const isDisabled = disabledBy(selection);
  const functions: FunctionDescription[] = [];
  const withoutTrigger: RejectedFunction[] = [];
  for (const report of reports) {
    const triggers = Object.entries(report.bindings).filter(([, { type }]) => type.toLowerCase().endsWith("trigger"));
    const [first, second] = triggers;
    if (first === undefined || second !== undefined) {
      withoutTrigger.push({
        name: report.name,
        reason: `It has ${triggers.length} triggers; a function has exactly one.`,
      });
    } else {
      functions.push({ ...report, triggerName: first[0], trigger: first[1], disabled: isDisabled(report.name) });
    }
  }
  return new FunctionIndex(functions, [...rejected, ...withoutTrigger]);
}

function disabledBy({ settings, allow }: FunctionSelection): (name: string) => boolean {
  const byName = new Map(Object.entries(settings).map(([name, value]) => [name.toLowerCase(), value]));
  const allowed = allow && new Set(allow.map((name) => name.toLowerCase()));
  return (name) => {
    const lower = name.toLowerCase();
    const value = byName.get(`azurewebjobs.${lower}.disabled`) ?? byName.get(`azurewebjobs_${lower}_disabled`);
    return /^(1|true)$/i.test(value ?? "") || (allowed !== undefined && !allowed.has(lower));
  };
}
