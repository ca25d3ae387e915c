import { evaluateExpressions, type ExpressionContext } from "../binding-expression";

/** A text of the filter language, or an expression outside of one. */
const LITERAL_OR_EXPRESSION = /'(?:[^']|'')*'|\{[^{}]+\}/g;
const EXPRESSION = /\{[^{}]+\}/g;
const WHOLE_EXPRESSION = /^\s*\{[^{}]+\}\s*$/;
/** What can stand in a filter without being a text and without bringing operators along. */
const PLAIN_VALUE = /^(?:true|false|-?\d+L?|-?\d*\.?\d+(?:e[+-]?\d+)?)$/i;

/**
 * Evaluates the expressions of a filter. Whoever triggers the function chooses their values and must not thereby choose which
 * rows it sees: within quotes a value stays one text, and elsewhere only numbers and booleans are taken. A filter that is one
 * expression and nothing else is the app's decision, as upstream.
 * @throws Error for a value that would change the filter, or for a name without value
 */
export function evaluateFilter(filter: string, context: ExpressionContext): string {
  if (WHOLE_EXPRESSION.test(filter)) return evaluateExpressions(filter, context);
  return filter.replaceAll(LITERAL_OR_EXPRESSION, (part) =>
    part.startsWith("'") ? literalOf(part, context) : plainValueOf(part, context),
  );
}

function literalOf(literal: string, context: ExpressionContext): string {
  return literal.replaceAll(EXPRESSION, (expression) => quoted(evaluateExpressions(expression, context)));
}

function plainValueOf(expression: string, context: ExpressionContext): string {
  const value = evaluateExpressions(expression, context);
  if (PLAIN_VALUE.test(value)) return value;
  throw new Error(
    `The value of ${expression} in the filter of a table is no number and no boolean. A text stands in quotes: '${expression}'.`,
  );
}

function quoted(value: string): string {
  return value.replaceAll("'", "''");
}
