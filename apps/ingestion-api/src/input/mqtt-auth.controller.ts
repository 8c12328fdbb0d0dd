import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { problem, sendProblem } from '@iot/service';
import { readQuestion } from '../core/broker-question.js';
import type { IngestionMetrics } from '../metrics.js';
import { allows } from './broker-access.js';
import { DeviceKeys } from './device-keys.js';

/** The token of what the controller counts and of what topics are. */
export const BROKER_SETTINGS = Symbol('BrokerSettings');

export interface BrokerSettings {
  readonly metrics: Pick<IngestionMetrics, 'brokerQuestions'>;
  readonly topics: readonly string[];
  readonly deviceLevel: number;
}

/**
 * MQTT brokers ask here whether a device may connect, and whether it may publish on a topic. The
 * answer is 200 with a `result`, as EMQX wants it, or by the status, 200 or 403, as
 * mosquitto-go-auth does: neither takes the other's no for a no.
 */
@ApiExcludeController()
@Controller('auth/mqtt')
export class MqttAuthController {
  constructor(
    @Inject(DeviceKeys) private readonly keys: DeviceKeys,
    @Inject(BROKER_SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  @Post()
  async result(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const allowed = this.decide(body);
    if (allowed === undefined) return unavailable(reply);
    await reply.code(200).send({ result: allowed ? 'allow' : 'deny' });
  }

  @Post('status')
  async status(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const allowed = this.decide(body);
    if (allowed === undefined) return unavailable(reply);
    await reply.code(allowed ? 200 : 403).send({ Ok: allowed, Error: allowed ? '' : 'denied' });
  }

  /** @returns undefined until the keys are known */
  private decide(body: unknown): boolean | undefined {
    const held = this.keys.held;
    if (!held) return undefined;
    const { metrics, topics, deviceLevel } = this.settings;
    const question = readQuestion(body);
    const allowed =
      question !== undefined && allows({ ...held, topics, deviceLevel }, question, Date.now());
    metrics.brokerQuestions.inc({
      about: question?.about ?? 'other',
      result: allowed ? 'allow' : 'deny',
    });
    return allowed;
  }
}

async function unavailable(reply: FastifyReply): Promise<void> {
  await sendProblem(reply, problem(503, 'The device keys are not known yet. Ask again later.'));
}
