import type { LoadEvent } from './event.js';
import { judge, type Answer } from './judge.js';

const event = (n: number, bad?: string): LoadEvent => ({
  due: n,
  reading: { device: 0, device_id: 'd', event_id: `e${n}`, ts: n, json: '{}' },
  late: false,
  duplicate: false,
  bad,
});
const events = [event(0), event(1, 'infinite'), event(2), event(3, 'infinite')];
const answer = (status: number, body: unknown = '', more: Partial<Answer> = {}): Answer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  retryAfter: undefined,
  ...more,
});
const refused = (judged: ReturnType<typeof judge>) =>
  judged.failed === undefined ? [...judged.refused].sort() : judged.failed;

describe('judge', () => {
  it('takes a 202 to a single reading', () => {
    expect(refused(judge(answer(202), [event(0)], false))).toEqual([]);
  });

  it('reads from a batch which were refused', () => {
    const all = { status: 'queued', accepted: 4, rejected: 0, errors: [] };
    expect(refused(judge(answer(202, all), events, true))).toEqual([]);
    const errors = [
      { index: 1, field: 'x', message: 'is wrong' },
      { index: 1, field: 'y', message: 'is wrong too' },
      { index: 2, field: 'ts', message: 'is in the future' },
    ];
    const judged = judge(
      answer(202, { status: 'queued', accepted: 2, rejected: 2, errors }),
      events,
      true,
    );
    expect(refused(judged)).toEqual([1, 2]);
    expect(judged).toMatchObject({ why: 'ts is in the future' });
  });

  it('fills a list of errors that was cut short with those that had to be refused', () => {
    const body = {
      status: 'queued',
      accepted: 2,
      rejected: 2,
      errors: [{ index: 1, field: '', message: 'x' }],
    };
    expect(refused(judge(answer(202, body), events, true))).toEqual([1, 3]);
    expect(refused(judge(answer(202, { ...body, rejected: 3 }), events, true))).toEqual([1, 2, 3]);
  });

  it('takes a 400 as the refusal of all', () => {
    const problem = {
      status: 400,
      title: 'Bad Request',
      errors: [{ field: 'humidity', message: 'must be a finite number' }],
    };
    expect(judge(answer(400, problem), [event(0)], false)).toMatchObject({
      failed: undefined,
      why: 'humidity must be a finite number',
    });
    expect(refused(judge(answer(400, problem), events, true))).toEqual([0, 1, 2, 3]);
  });

  it.each([408, 429, 500, 502, 503, 504])('sends again after %p', (status) => {
    const judged = judge(
      answer(status, { title: 'No', detail: 'Kafka does not answer' }, { retryAfter: '2' }),
      events,
      true,
    );
    expect(judged).toEqual({
      failed: `status ${status}: Kafka does not answer`,
      retryable: true,
      retryAfter: '2',
    });
  });

  it.each([200, 204, 301, 401, 404, 413, 415])(
    'does not send again after %p, and does not count it as accepted',
    (status) => {
      expect(judge(answer(status), events, true)).toMatchObject({
        failed: `status ${status}`,
        retryable: false,
      });
    },
  );

  it.each([200, 202, 400, 404, 502])('says so when %p is an HTML page', (status) => {
    const page = answer(status, '<!DOCTYPE html><html>', { contentType: 'text/html' });
    for (const batched of [true, false])
      expect(judge(page, [event(0)], batched)).toMatchObject({
        failed: expect.stringContaining('HTML') as string,
      });
    const undeclared = judge({ ...page, contentType: '' }, [event(0)], true);
    expect(undeclared).toMatchObject({ failed: expect.stringContaining('HTML') as string });
  });

  it('does not take a 202 that says nothing for an acceptance of a batch', () => {
    expect(judge(answer(202, '{}'), events, true)).toMatchObject({
      retryable: false,
      failed: expect.stringContaining('202') as string,
    });
    expect(judge(answer(202, 'ok'), events, true)).toMatchObject({ retryable: false });
  });

  it('sends again when there was no answer', () => {
    expect(judge({ status: undefined, reason: 'connection refused' }, events, false)).toEqual({
      failed: 'connection refused',
      retryable: true,
      retryAfter: undefined,
    });
  });
});
