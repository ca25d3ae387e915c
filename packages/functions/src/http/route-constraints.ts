/** Accepts or refuses the decoded text of a route value. */
export interface RouteConstraint {
  readonly text: string;
  /** Refuses also an empty or missing value; the others concern only a value that is there. */
  readonly isRequired: boolean;
  accepts(value: string): boolean;
}

type Accepts = (value: string) => boolean;
type Fail = (reason: string) => never;

const INT = /^\s*[+-]?\d+\s*$/;
const NUMBER = /^\s*[+-]?(\d[\d,]*\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const DECIMAL = /^\s*[+-]?(\d[\d,]*\.?\d*|\.\d+)\s*$/;
const GUID =
  /^\s*(\{[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\}|\([\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\)|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{32})\s*$/i;

const isInteger = (bits: 32n | 64n): Accepts => {
  const limit = 1n << (bits - 1n);
  return (value) => INT.test(value) && -limit <= BigInt(integerText(value)) && BigInt(integerText(value)) < limit;
};

/** `BigInt` takes no plus sign. */
function integerText(value: string): string {
  return value.trim().replace(/^\+/, "");
}

const isLong = isInteger(64n);

const PLAIN: Readonly<Record<string, Accepts>> = {
  alpha: (value) => /^[a-z]*$/i.test(value),
  bool: (value) => /^\s*(true|false)\s*$/i.test(value),
  datetime: (value) => /\d/.test(value) && !Number.isNaN(Date.parse(value)),
  decimal: (value) => DECIMAL.test(value),
  double: (value) => NUMBER.test(value) || /^\s*-?(nan|infinity|∞)\s*$/i.test(value),
  float: (value) => NUMBER.test(value) || /^\s*-?(nan|infinity|∞)\s*$/i.test(value),
  guid: (value) => GUID.test(value),
  int: isInteger(32n),
  long: isLong,
  required: (value) => value !== "",
};

const WITH_NUMBERS: Readonly<Record<string, (first: bigint, second: bigint | undefined) => Accepts>> = {
  length:
    (first, second = first) =>
    (value) =>
      first <= value.length && value.length <= second,
  minlength: (first) => (value) => value.length >= first,
  maxlength: (first) => (value) => value.length <= first,
  min: (first) => (value) => isLong(value) && BigInt(integerText(value)) >= first,
  max: (first) => (value) => isLong(value) && BigInt(integerText(value)) <= first,
  range: (first, second = first) => {
    return (value) => isLong(value) && first <= BigInt(integerText(value)) && BigInt(integerText(value)) <= second;
  },
};

/** Parses a constraint such as `int`, `range(1,9)` or `regex(^a+$)` (contract §3.1). */
export function parseConstraint(text: string, fail: Fail): RouteConstraint {
  const [, name = "", argument] = /^([^()]*)(?:\((.*)\))?$/s.exec(text) ?? [];
  const key = name.trim().toLowerCase();
  return {
    text,
    isRequired: key === "required",
    accepts: acceptsOf(key, argument, () => fail(`"${text}" is no constraint the host knows`)),
  };
}

function acceptsOf(key: string, argument: string | undefined, fail: () => never): Accepts {
  const plain = argument === undefined ? PLAIN[key] : undefined;
  if (plain !== undefined) return plain;
  if (key === "regex" && argument !== undefined) return regex(argument, fail);
  const make = WITH_NUMBERS[key];
  const numbers = (argument ?? "").split(",");
  if (make === undefined || numbers.length > 2 || !numbers.every((number) => INT.test(number))) return fail();
  const [first = 0n, second] = numbers.map((number) => BigInt(integerText(number)));
  return make(first, second);
}

/** ASP.NET matches anywhere in the value and ignores case. */
function regex(pattern: string, fail: () => never): Accepts {
  try {
    const expression = new RegExp(pattern, "i");
    return (value) => expression.test(value);
  } catch {
    return fail();
  }
}
