/** Levels as host.json names them, from the most to the least talkative. */
export const LEVELS = ["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"] as const;

export type Level = (typeof LEVELS)[number];

/** Position of a level in LEVELS. */
export function rank(level: Level): number {
  return LEVELS.indexOf(level);
}

const FUNCTIONS = "function";
const USER_LOGS = ".user";

/** Categories of what the app itself writes, by `context.log` or to its console: a person who writes it wants to see it. */
const FROM_THE_APP = [FUNCTIONS, "host.function.console"];

/** Decides what is printed by category: the longest configured prefix wins, `default` is for the rest. */
export class LevelFilter {
  readonly #prefixes: readonly (readonly [prefix: string, rank: number])[];
  readonly #fallback: number;
  readonly #userRank: number | undefined;
  readonly #ranks = new Map<string, number>();

  /**
   * @param configured host.json `logging.logLevel`; names that are no level are ignored
   * @param verbose system categories print from Information on instead of Warning; a configured `default` overrides both
   * @param userLevel level of what functions log, unless one is configured
   */
  constructor(configured: Readonly<Record<string, string>>, verbose: boolean, userLevel?: Level) {
    const entries = Object.entries(configured)
      .map(([prefix, name]) => [prefix.toLowerCase(), parseLevel(name)] as const)
      .filter((entry): entry is readonly [string, number] => entry[1] !== undefined);
    const fallback = entries.find(([prefix]) => prefix === "default")?.[1];
    const builtIn = fallback === undefined ? FROM_THE_APP.map((prefix) => [prefix, rank("Information")] as const) : [];
    this.#userRank = userLevel === undefined || fallback !== undefined ? undefined : rank(userLevel);
    const prefixes = [...entries.filter(([prefix]) => prefix !== "default"), ...builtIn];
    this.#prefixes = prefixes.sort(([left], [right]) => right.length - left.length);
    this.#fallback = fallback ?? rank(verbose ? "Information" : "Warning");
  }

  allows(category: string, level: Level): boolean {
    let lowest = this.#ranks.get(category);
    if (lowest === undefined) {
      lowest = this.#lowestRank(category.toLowerCase());
      this.#ranks.set(category, lowest);
    }
    return rank(level) >= lowest;
  }

  #lowestRank(category: string): number {
    const [prefix, found = this.#fallback] = this.#prefixes.find(([each]) => category.startsWith(each)) ?? [];
    const isBuiltIn = prefix === FUNCTIONS && category.endsWith(USER_LOGS);
    return isBuiltIn && this.#userRank !== undefined ? this.#userRank : found;
  }
}

function parseLevel(name: string): number | undefined {
  const index = LEVELS.findIndex((level) => level.toLowerCase() === name.trim().toLowerCase());
  return index === -1 ? undefined : index;
}
