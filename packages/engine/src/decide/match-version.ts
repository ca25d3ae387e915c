/** Which versions of orchestrations a worker executes (host.json `versionMatchStrategy`, contract §6.8). */
export type VersionMatchStrategy = "None" | "Strict" | "CurrentOrOlder";

/** What becomes of an orchestration that a worker does not execute (host.json `versionFailureStrategy`). */
export type VersionFailureStrategy = "Reject" | "Fail";

/** Tells whether a worker of this version executes an orchestration of that one; the empty version is older than any. */
export function isVersionAccepted(
  strategy: VersionMatchStrategy,
  workerVersion: string,
  orchestrationVersion: string,
): boolean {
  switch (strategy) {
    case "None":
      return true;
    case "Strict":
      return orchestrationVersion === workerVersion;
    case "CurrentOrOlder":
      return compareVersions(orchestrationVersion, workerVersion) <= 0;
  }
}

/**
 * Negative when `a` is older than `b`, 0 when they are the same, positive when it is newer. Two versions of 2 to 4 numbers
 * are compared by number (and `1.0` is older than `1.0.0`, as a number that is not there comes before 0); all others as
 * text without regard to case, so that `10` is older than `9`.
 */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [a.trim(), b.trim()];
  if (first === "" || second === "") return Number(first !== "") - Number(second !== "");
  const numbers = numbersOf(first);
  const others = numbersOf(second);
  if (!numbers || !others) return compareText(a.toUpperCase(), b.toUpperCase());
  for (let index = 0; index < MOST_NUMBERS; index++) {
    const difference = (numbers[index] ?? -1) - (others[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Says why an orchestration is not executed, to whoever can change one of the two versions. */
export function versionMismatch(
  strategy: VersionMatchStrategy,
  workerVersion: string,
  orchestrationVersion: string,
): string {
  const needed = strategy === "Strict" ? "that is exactly" : "no newer than";
  return (
    `The version '${orchestrationVersion}' of the orchestration does not match: with versionMatchStrategy ${strategy} this host executes ` +
    `orchestrations of a version ${needed} its defaultVersion, which is '${workerVersion}'.`
  );
}

const MOST_NUMBERS = 4;

function numbersOf(version: string): readonly number[] | undefined {
  return /^\d{1,10}(\.\d{1,10}){1,3}$/.test(version) ? version.split(".").map(Number) : undefined;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
