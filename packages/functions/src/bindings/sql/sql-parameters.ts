import { DurableHostError } from "@durable-host/engine";
import { evaluateExpressions, resolveSettings, type ExpressionContext } from "../binding-expression";
import type { AppSettings } from "../../config/app-settings";
import type { SqlParameter } from "./sql-database";

/** A comma ends a parameter where another one, or nothing, follows: `{…}` may hold commas, and so may a value. */
const SEPARATOR = /,(?=\s*@[\w$#@]+=|\s*$)/;
const PARAMETER = /^\s*@([\w$#@]+)=(.*)$/s;

/**
 * Reads `@name={expression},@other=text` (contract §5.3). Expressions are evaluated one parameter at a time, for each call, so
 * that no value can add another; `null` is NULL.
 * @throws DurableHostError CONFIG_INVALID for what is not of this form
 */
export function sqlParameters(
  text: string,
  settings: AppSettings,
): (context: ExpressionContext) => readonly SqlParameter[] {
  const parameters = text
    .split(SEPARATOR)
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [, name, value] = PARAMETER.exec(part) ?? [];
      if (name !== undefined && value !== undefined) return { name, value: resolveSettings(value, settings) };
      throw new DurableHostError(
        "CONFIG_INVALID",
        `"${part.trim()}" in the parameters of its sql binding is none. Write "@id={id},@owner={owner}"; "@id=null" is NULL, "@id=" the empty text.`,
      );
    });
  return (context) =>
    parameters.map(({ name, value }) => {
      const evaluated = value.toLowerCase() === "null" ? null : evaluateExpressions(value, context);
      return { name, value: evaluated };
    });
}
