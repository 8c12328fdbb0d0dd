import { problem } from './problem.js';

it('names the first hundred errors and how many more there are, none of them at length', () => {
  const errors = Array.from({ length: 250 }, (_, n) => ({
    field: `f${n}${'x'.repeat(10_000)}`,
    message: 'is unknown'.repeat(1000),
    index: n,
  }));
  const answer = problem(400, 'The rule is not valid.', { errors });
  expect(answer.errors).toHaveLength(100);
  expect(answer).toMatchObject({ errors_omitted: 150 });
  expect(answer.errors![7]).toMatchObject({ field: expect.stringMatching(/^f7x+…$/), index: 7 });
  expect(JSON.stringify(answer).length).toBeLessThan(110_000);
});

it('leaves errors as they are that are few and short', () => {
  const errors = [{ field: 'a', message: 'b' }, { message: 'c' }];
  expect(problem(400, 'No.', { errors })).toEqual({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'No.',
    errors,
  });
});
