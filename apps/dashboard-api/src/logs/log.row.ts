import type { LogDocument } from '@iot/mongo';
import { EARLY } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<LogDocument>();
const optional = <K extends keyof LogDocument>(name: K, example: string, description?: string) =>
  computed((line) => (line[name] as string | undefined) ?? null, {
    type: String,
    nullable: true,
    example,
    ...(description && { description }),
  });

/** A line of a log as served in lists. */
export class LogRow {
  @computed(({ _id }) => _id, { example: '5f2b1c9d8e7a-0000001a/0' }) id!: string;
  @time(EARLY) timestamp!: string | null;
  @field({ example: 'aggregator-worker' }) service!: string;
  @optional('instance', 'aggregator-7d9f-x2x:1', 'Its process') instance!: string | null;
  @field({ enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] })
  level!: LogDocument['level'];
  @field({ type: 'integer', example: 13, description: 'Of OpenTelemetry: 1 to 24' })
  severity_number!: number;
  @field({ example: 'cannot store readings' }) body!: string;
  @optional('trace_id', '4bf92f3577b34da6a3ce929d0e0e4736') trace_id!: string | null;
  @optional('span_id', '00f067aa0ba902b7') span_id!: string | null;
  @optional('device_id', 'device-1', 'The device that it is about') device_id!: string | null;
  @optional('event_id', 'e-1', 'The event that it is about') event_id!: string | null;
  @computed(
    ({ attributes }) => attributesOf(attributes),
    {
      type: 'object',
      additionalProperties: true,
      example: { topic: 'telemetry.raw', partition: 3, offset: '18' },
      description: 'What else it says; in CSV as JSON',
    },
    () => [{ name: 'attributes', cell: (row) => JSON.stringify(row['attributes']) }],
  )
  attributes!: Record<string, unknown>;
}

function attributesOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}
