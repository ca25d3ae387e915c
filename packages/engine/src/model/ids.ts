/** Source of the identifiers the engine makes. Injected, so that tests are repeatable. */
export interface IdSource {
  /** A new execution, instance or request id; upstream uses 32 hex digits for instances and executions. */
  newId(): string;
  /** A new GUID with dashes, lower case, as entity requests are named. */
  newGuid(): string;
}
