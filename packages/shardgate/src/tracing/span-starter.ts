import type { Attributes, Span, SpanOptions, Tracer } from '@opentelemetry/api';

/** Starts spans, whatever a tracer does. */
export interface SpanStarter {
  /** Undefined when the tracer failed: what would be traced goes on without a span. */
  start(name: string, attributes: Attributes): OpenSpan | undefined;
}

/** A span that is not over. */
export interface OpenSpan {
  /** Something that happened meanwhile. */
  note(name: string, attributes?: Attributes): void;
  /** `failure`: why it did not end well. May be called again; the first call counts. */
  end(attributes?: Attributes, failure?: string): void;
}

/** `SpanStatusCode.ERROR`: the package is a peer that may be absent, so only its types are used. */
const ERROR = 2;

/** Starts the spans of a tracer. */
export function createSpanStarter(tracer: Pick<Tracer, 'startSpan'>): SpanStarter {
  return { start: (name, attributes) => open(tracer, name, { attributes }) };
}

function open(tracer: Pick<Tracer, 'startSpan'>, name: string, options: SpanOptions): OpenSpan | undefined {
  const span = contained(() => tracer.startSpan(name, { ...options, root: true }));
  if (span === undefined) return undefined;
  let isOver = false;
  return {
    note: (what, attributes) => void contained(() => span.addEvent(what, attributes)),
    end(attributes, failure) {
      if (isOver) return;
      isOver = true;
      contained(() => finish(span, attributes, failure));
    },
  };
}

function finish(span: Span, attributes: Attributes | undefined, failure: string | undefined): void {
  if (attributes !== undefined) span.setAttributes(attributes);
  if (failure !== undefined) span.setStatus({ code: ERROR, message: failure });
  span.end();
}

/** What watches must not disturb. */
function contained<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
