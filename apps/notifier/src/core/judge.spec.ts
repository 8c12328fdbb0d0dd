import type { GroupedAlertDocument } from '@iot/mongo';
import { isRepeated, judge, type Mute } from './judge.js';

const NOW = 1000;
const alert = (
  status: 'active' | 'resolved',
  told: 'none' | 'active' | 'resolved',
  more: Partial<GroupedAlertDocument> = {},
  severity: 'warning' | 'critical' = 'warning',
) =>
  ({
    alert: { status, severity },
    told_status: told,
    told_severity: 'warning',
    ...more,
  }) as GroupedAlertDocument;
const mute: Mute = { fromMs: 0, toMs: 2000, covers: () => true };
const over: Mute = { fromMs: 0, toMs: NOW, covers: () => true };
const other: Mute = { fromMs: 0, toMs: 2000, covers: () => false };

it.each([
  ['active', 'none', [], { kind: 'tell', change: 'new' }],
  ['active', 'active', [], { kind: 'nothing' }],
  ['resolved', 'active', [], { kind: 'tell', change: 'resolved' }],
  ['resolved', 'none', [], { kind: 'tell', change: 'resolved' }],
  ['resolved', 'resolved', [], { kind: 'nothing' }],
  ['active', 'resolved', [], { kind: 'tell', change: 'new' }],
  ['active', 'none', [mute], { kind: 'muted', untilMs: 2000 }],
  ['active', 'none', [over, other], { kind: 'tell', change: 'new' }],
  ['resolved', 'active', [mute], { kind: 'muted', untilMs: 2000 }],
  ['resolved', 'none', [mute], { kind: 'nothing', why: 'resolved_untold' }],
] as const)('%s, told %s, mutes %j: %j', (status, told, mutes, expected) =>
  expect(judge(alert(status, told), { send_resolved: true }, mutes, NOW)).toEqual(expected),
);

it('tells that it has become critical, and not that it is less so', () => {
  const route = { send_resolved: true };
  expect(judge(alert('active', 'active', {}, 'critical'), route, [], NOW).kind).toBe('tell');
  const less = alert('active', 'active', { told_severity: 'critical' });
  expect(judge(less, route, [], NOW).kind).toBe('nothing');
});

it('tells no end where none is wanted', () =>
  expect(judge(alert('resolved', 'active'), { send_resolved: false }, [], NOW)).toEqual({
    kind: 'nothing',
    why: 'resolved_not_wanted',
  }));

it('repeats what is active, told, not muted, and nobody’s yet', () => {
  expect(isRepeated(alert('active', 'active'), [over], NOW)).toBe(true);
  expect(isRepeated(alert('active', 'active'), [mute], NOW)).toBe(false);
  expect(isRepeated(alert('active', 'active', { acknowledged: true }), [], NOW)).toBe(false);
  expect(isRepeated(alert('active', 'none'), [], NOW)).toBe(false);
  expect(isRepeated(alert('resolved', 'active'), [], NOW)).toBe(false);
});
