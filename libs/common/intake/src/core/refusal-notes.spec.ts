import { aboutReading, RefusalNotes } from './refusal-notes.js';

const of = (device_id: string) => ({ device_id });

it('tells of a device and a reason once a minute, and how many it passed over', () => {
  const notes = new RefusalNotes();
  expect(notes.take('invalid', of('a'), 0)).toBe(0);
  for (let ms = 1; ms < 60_000; ms += 1000)
    expect(notes.take('invalid', of('a'), ms)).toBeUndefined();
  expect(notes.take('quota', of('a'), 59_999)).toBe(60);
  expect(notes.take('invalid', of('a'), 60_000)).toBe(0);
});

it('tells of five in a second at most, whoever they are', () => {
  const notes = new RefusalNotes();
  const told = Array.from({ length: 10_000 }, (_, n) =>
    notes.take('invalid', of(`d${n}`), 1000 + Math.floor(n / 1000)),
  );
  expect(told.filter((untold) => untold !== undefined)).toHaveLength(5);
  expect(notes.take('invalid', of('other'), 2000)).toBe(9995);
});

it('remembers a thousand, and not more', () => {
  const notes = new RefusalNotes();
  for (let n = 0; n < 5000; n++) notes.take('invalid', of(`d${n}`), n * 200);
  expect((notes as unknown as { told: Map<string, number> }).told.size).toBe(1000);
});

it('knows the ids that a body says, and nothing that is none', () => {
  expect(aboutReading({ device_id: 'a', event_id: 'e', humidity: 'wet' })).toEqual({
    device_id: 'a',
    event_id: 'e',
  });
  for (const body of [null, 7, 'text', [], { device_id: 7, event_id: 'x'.repeat(129) }])
    expect(aboutReading(body)).toEqual({});
});
