import { parseNotifyFile } from './notify-file.js';

const PAGER = {
  name: 'pager',
  kind: 'webhook',
  url_env: 'NOTIFY_RECEIVER_PAGER_URL',
  secret_env: 'NOTIFY_RECEIVER_PAGER_SECRET',
};
const ROUTE = { name: 'all', receiver: 'pager' };
const problems = (json: unknown) => {
  const found = parseNotifyFile(typeof json === 'string' ? json : JSON.stringify(json));
  return 'problems' in found ? found.problems.join('\n') : '';
};

it('takes receivers and routes, with defaults for what they do not say', () => {
  const file = parseNotifyFile(JSON.stringify({ receivers: [PAGER], routes: [ROUTE] }));
  expect(file).toMatchObject({
    receivers: [{ name: 'pager', fields: { format: 'standard', enabled: true } }],
    routes: [{ name: 'all', fields: { group_by: ['rule'], match: { selector: { device: '*' } } } }],
  });
});

it.each([
  ['{', /no JSON/],
  [{ rules: [] }, /rules is not known/],
  [{ receivers: {} }, /must be a list/],
  [{ receivers: [PAGER, PAGER] }, /pager is there twice/],
  [{ receivers: [{ name: 'x', kind: 'webhook', url: 'https://a.example/' }] }, /name variables/],
  [{ receivers: [{ ...PAGER, url_env: 'MONGO_URL' }] }, /url_env must be .*NOTIFY_RECEIVER_/],
  [
    { receivers: [{ ...PAGER, authorization_env: 'NOTIFY_RECEIVER_CHAT_AUTHORIZATION' }] },
    /url_env must be of the same receiver/,
  ],
  [
    { receivers: [{ ...PAGER, url_env: 'NOTIFY_RECEIVER_PAGER_AUTHORIZATION' }] },
    /url_env must be a variable of the notifier such as NOTIFY_RECEIVER_PAGER_URL/,
  ],
  [{ receivers: [{ ...PAGER, secret: 'whsec_x' }] }, /secret/],
  [{ receivers: [{ name: 'Bad Name', kind: 'email', to: ['a@b.example'] }] }, /name must be/],
  [{ receivers: [{ name: 'm', kind: 'email', to: ['a@b.example\r\nBcc: c@d'] }] }, /to must be/],
  [{ receivers: [{ name: 'm', kind: 'email', to: [] }] }, /to is required/],
  [{ receivers: [{ ...PAGER, rate_limit: { count: 0 } }] }, /rate_limit.count must be/],
  [{ routes: [{ ...ROUTE, match: { selector: { device: 'a*b' } } }] }, /match.selector.device/],
  [{ routes: [{ ...ROUTE, match: { severity: ['bad'] } }] }, /match.severity must be/],
  [{ routes: [{ ...ROUTE, group_by: ['value'] }] }, /group_by must be/],
  [{ routes: [{ ...ROUTE, repeat_interval_s: 5 }] }, /repeat_interval_s must be 0/],
  [{ routes: [{ name: 'all' }] }, /receiver is required/],
])('%j: %s', (json, expected) => expect(problems(json)).toMatch(expected));
