import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { ProblemError } from '@iot/service';
import type { FastifyReply } from 'fastify';
import { AnswersUnderWay } from './answers-under-way.js';

/**
 * A reply as far as it is used: headers, and a response that closes when it is sent or its reader
 * is gone.
 */
class Reply {
  readonly raw = new EventEmitter();
  readonly headers: Record<string, string> = {};
  header(name: string, value: string): this {
    this.headers[name] = value;
    return this;
  }
}
const add = (answers: AnswersUnderWay, size: number): Reply => {
  const reply = new Reply();
  answers.add(reply as unknown as FastifyReply, size);
  return reply;
};

describe('AnswersUnderWay', () => {
  it('refuses what would be too much with a 503, and takes it when a reader is done', () => {
    const answers = new AnswersUnderWay(2, 'enough');
    const first = add(answers, 1);
    add(answers, 1);
    const refused = new Reply();
    expect(() => answers.add(refused as unknown as FastifyReply, 1)).toThrow(ProblemError);
    expect(refused.headers).toEqual({ 'retry-after': '2' });
    first.raw.emit('close');
    expect(() => add(answers, 1)).not.toThrow();
  });

  it('never holds more than it may, but for one answer that is larger by itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 150 }), fc.constant('close' as const))),
        (steps) => {
          const answers = new AnswersUnderWay(100, 'enough');
          const open: { size: number; reply: Reply }[] = [];
          for (const step of steps) {
            if (step === 'close') open.shift()?.reply.raw.emit('close');
            else
              try {
                open.push({ size: step, reply: add(answers, step) });
              } catch (error) {
                expect(error).toBeInstanceOf(ProblemError);
                expect(open.length).toBeGreaterThan(0);
              }
            if (open.length > 1)
              expect(open.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(100);
          }
        },
      ),
    );
  });
});
