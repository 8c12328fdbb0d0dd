import { bytesIn, messageOf, messagesIn, numberIn, textIn, type Message } from './protobuf.js';

/** A span as a receiver of OTLP has it. Ids are hexadecimal; an empty parent: there is none. */
export interface ReceivedSpan {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly failed: boolean;
  readonly message: string;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const ERROR = 2;

/** The spans of an ExportTraceServiceRequest (opentelemetry.proto.collector.trace.v1). */
export const receivedSpans = (body: Buffer): ReceivedSpan[] =>
  messagesIn(messageOf(body), 1).flatMap((ofResource) => {
    const [resource = new Map() as Message] = messagesIn(ofResource, 1);
    return messagesIn(ofResource, 2)
      .flatMap((ofScope) => messagesIn(ofScope, 2))
      .map((span) => receivedSpan(span, attributesIn(resource, 1)));
  });

function receivedSpan(span: Message, resource: ReceivedSpan['resource']): ReceivedSpan {
  const [status = new Map() as Message] = messagesIn(span, 15);
  return {
    resource,
    ...idsIn(span),
    parentId: bytesIn(span, 4).toString('hex'),
    name: textIn(span, 5),
    kind: KINDS[numberIn(span, 6)]!,
    startNs: bytesIn(span, 7).readBigUInt64LE(),
    endNs: bytesIn(span, 8).readBigUInt64LE(),
    attributes: attributesIn(span, 9),
    links: messagesIn(span, 13).map(idsIn),
    failed: numberIn(status, 3) === ERROR,
    message: textIn(status, 2),
  };
}

const idsIn = (message: Message) => ({
  traceId: bytesIn(message, 1).toString('hex'),
  spanId: bytesIn(message, 2).toString('hex'),
});

const attributesIn = (message: Message, field: number): Record<string, unknown> =>
  Object.fromEntries(
    messagesIn(message, field).map((pair) => {
      const [value = new Map() as Message] = messagesIn(pair, 2);
      return [textIn(pair, 1), anyValue(value)];
    }),
  );

function anyValue(value: Message): unknown {
  if (value.has(1)) return textIn(value, 1);
  if (value.has(2)) return numberIn(value, 2) === 1;
  if (value.has(3)) return Number(BigInt.asIntN(64, value.get(3)![0] as bigint));
  if (value.has(4)) return bytesIn(value, 4).readDoubleLE();
  return undefined;
}
