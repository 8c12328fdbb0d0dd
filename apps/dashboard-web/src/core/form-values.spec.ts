import fc from 'fast-check';
import { bodyOf, valuesOf, wrongsOf, type FormField } from './form-values.js';

const FIELDS: readonly FormField[] = [
  { name: 'name', kind: 'text', label: 'Name' },
  { name: 'enabled', kind: 'check', label: 'In force' },
  { name: 'labels', kind: 'pairs', label: 'Labels' },
  { name: 'condition.bound', kind: 'number', label: 'Bound' },
  { name: 'condition.for', kind: 'text', label: 'For' },
  { name: 'group_by', kind: 'list', label: 'Together by', whenEmpty: [] },
];

describe('the values of a form', () => {
  const rule = {
    name: 'hot',
    enabled: true,
    labels: { team: 'presses', site: 'north=1' },
    condition: { bound: 80.5, for: '2m' },
    group_by: ['rule', 'device_id'],
  };

  it('become what they were made of', () =>
    expect(bodyOf(FIELDS, valuesOf(FIELDS, rule))).toEqual(rule));

  it('leave out what is empty, but for what means something when it is', () =>
    expect(bodyOf(FIELDS, valuesOf(FIELDS, { name: ' ' }))).toEqual({
      enabled: false,
      group_by: [],
    }));

  it('keep pairs, whatever their values hold', () => {
    const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/);
    const field = { name: 'labels', kind: 'pairs', label: 'Labels' } as const;
    fc.assert(
      fc.property(fc.dictionary(name, fc.string(), { minKeys: 1 }), (labels) =>
        expect(bodyOf([field], valuesOf([field], { labels }))).toEqual({ labels }),
      ),
    );
  });

  it('send what is no number as it was typed, for the API to say so', () =>
    expect(bodyOf(FIELDS, { 'condition.bound': ' high ' })).toEqual({
      condition: { bound: 'high' },
      group_by: [],
    }));

  it('send a secret to the letter', () =>
    expect(bodyOf([{ name: 'p', kind: 'secret', label: 'P' }], { p: ' a b ' })).toEqual({
      p: ' a b ',
    }));

  it('send a moment with its zone', () => {
    const [field, at] = [{ name: 'to', kind: 'time', label: 'To' } as const, '2026-01-31T12:00'];
    expect(bodyOf([field], { to: at })).toEqual({ to: new Date(at).toISOString() });
    expect(bodyOf([field], { to: 'soon' })).toEqual({ to: 'soon' });
  });
});

describe('errors of the API', () => {
  const names = ['name', 'labels', 'condition.bound', 'condition'];
  it('go to their fields, those of parts too', () =>
    expect(
      wrongsOf(names, [
        { field: 'labels.1st', message: 'must have a name' },
        { field: 'condition.bound', message: 'must be a number' },
        { field: 'name', message: 'name must be short' },
        { field: 'name', message: 'must be another one' },
      ]),
    ).toEqual({
      byField: {
        labels: 'must have a name',
        'condition.bound': 'must be a number',
        name: 'must be short',
      },
      others: [],
    }));

  it('are said apart where no field is shown for them', () =>
    expect(
      wrongsOf(names, [
        { field: 'namely', message: 'is unknown' },
        { field: '', message: 'the body must be a JSON object' },
      ]).others,
    ).toEqual(['namely is unknown', 'the body must be a JSON object']));
});
