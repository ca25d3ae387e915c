import { readFileSync } from "node:fs";

/** What the last stage of a Dockerfile, with the stages it is built on, says of a running container. */
export interface ImageConfiguration {
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly user: string;
  readonly volume: string;
  readonly stopSignal: string;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

/** One instruction: its name and the rest of its line. */
type Instruction = readonly [name: string, rest: string];

/** Reads the forms that this repository's Dockerfiles use: commands as JSON, one `VOLUME`. */
export function readDockerfile(path: string): ImageConfiguration {
  const instructions = lastStage(instructionsOf(readFileSync(path, "utf8")));
  const last = (name: string): string => instructions.findLast(([found]) => found === name)?.[1] ?? "";
  return {
    environment: Object.fromEntries(instructions.filter(([name]) => name === "ENV").flatMap(([, rest]) => pairs(rest))),
    workingDirectory: last("WORKDIR"),
    user: last("USER"),
    volume: last("VOLUME"),
    stopSignal: last("STOPSIGNAL"),
    command: [...words(last("ENTRYPOINT")), ...words(last("CMD"))],
    healthCheck: words(last("HEALTHCHECK").replace(/^.*?CMD /, "")),
  };
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  return [...lines.matchAll(/^([A-Z]+) (.*)$/gm)].map(([, name = "", rest = ""]) => [name, rest]);
}

function lastStage(instructions: readonly Instruction[]): readonly Instruction[] {
  const stages = new Map<string, readonly Instruction[]>();
  let current: Instruction[] = [];
  for (const [name, rest] of instructions) {
    if (name === "FROM") {
      const [, base = "", stage = ""] = /^(?:--\S+ )*(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      current = [...(stages.get(base) ?? [])];
      stages.set(stage, current);
    } else current.push([name, rest]);
  }
  return current;
}

function pairs(rest: string): [string, string][] {
  return rest.split(/\s+/).map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
}

function words(json: string): readonly string[] {
  return JSON.parse(json) as string[];
}
