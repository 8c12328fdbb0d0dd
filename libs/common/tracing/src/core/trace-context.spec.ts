import fc from 'fast-check';
import { handedOn, isSampled, traceContextOf, traceparentOf } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

it('reads what W3C calls a traceparent', () => {
  expect(traceContextOf(`00-${TRACE}-${SPAN}-01`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
    traceFlags: 1,
  });
});

it.each([
  undefined,
  '',
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-1`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-01\n`,
  `cc-${TRACE}-${SPAN}-01more`,
  `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
  'x'.repeat(100_000),
])('%s says nothing', (header) => expect(traceContextOf(header)).toBeUndefined());

it.each(['cc', '01'])('reads of version %s what it knows', (version) => {
  const header = `${version}-${TRACE}-${SPAN}-01`;
  for (const more of ['', '-', '-what-the-future-will-bring'])
    expect(traceContextOf(`${header}${more}`)).toMatchObject({ traceId: TRACE, spanId: SPAN });
  expect(handedOn(`${header}-more`)).toBe(`00-${TRACE}-${SPAN}-01`);
});

it('hands on what is well-formed as it came', () => {
  for (const header of [`00-${TRACE}-${SPAN}-03`, `cc-${TRACE}-${SPAN}-00`])
    expect(handedOn(header)).toBe(header);
  for (const header of [undefined, '', `00-${TRACE}-${SPAN}`])
    expect(handedOn(header)).toBeUndefined();
});

it('knows a trace that is kept by the lowest bit alone', () => {
  expect(isSampled(traceContextOf(`00-${TRACE}-${SPAN}-03`)!)).toBe(true);
  expect(isSampled(traceContextOf(`00-${TRACE}-${SPAN}-02`)!)).toBe(false);
});

it('reads what it writes', () => {
  const id = (length: number) =>
    fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
      .map((digits) => digits.join(''))
      .filter((text) => /[^0]/.test(text));
  fc.assert(
    fc.property(id(32), id(16), fc.constantFrom(0, 1), (traceId, spanId, traceFlags) => {
      const context = { traceId, spanId, traceFlags };
      expect(traceContextOf(traceparentOf(context))).toEqual(context);
    }),
  );
});
