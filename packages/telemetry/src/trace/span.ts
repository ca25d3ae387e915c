/** A trace context, taken apart. */
export interface SpanContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
  readonly traceState?: string;
}

export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** What was thrown. */
export interface SpanException {
  readonly message: string;
  readonly stack?: string;
}

/** A span that has ended; nothing is known of spans before. */
export interface Span {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly links: readonly SpanContext[];
  readonly attributes: Attributes;
  /** Milliseconds since the epoch, with fractions. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Why it failed; absent: it has not. */
  readonly error?: string;
  readonly exception?: SpanException;
}

/** Where spans go. Must not throw. */
export type SpanSink = (span: Span) => void;
