/**
 * A failure of user code as data. Wire shape and meaning: durable contract §1.2.
 * The engine never throws it and never interprets it beyond `isNonRetriable`.
 */
export interface FailureDetails {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: string | null;
  readonly innerFailure: FailureDetails | null;
  readonly isNonRetriable: boolean;
  /** Custom exception properties of the app, if it registered a provider for them. */
  readonly properties: Readonly<Record<string, unknown>> | null;
}
