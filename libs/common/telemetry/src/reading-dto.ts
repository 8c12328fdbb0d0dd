import 'reflect-metadata';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsNumber,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateIf,
  validateSync,
  type ValidationError,
} from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { ATTRIBUTES_RULE, attributesText } from './attributes.js';
import type { SensorCatalogue } from './catalogue.js';
import { DEVICE_ID, EVENT_ID, MAX_MAGNITUDE, type FieldError } from './reading.js';
import { parseTimestamp } from './timestamp.js';

/** A JSON Schema object. */
export type JsonSchema = Record<string, unknown>;
/** The class-validator DTO of a reading: a class, as its fields depend on the sensor catalogue. */
export type ReadingDto = new () => Record<string, unknown>;

/** As people write it: 1e100. */
const BOUND = String(MAX_MAGNITUDE).replace('+', '');

const IS_TIMESTAMP = 'isTimestamp';
const timestampMessage =
  'must be an RFC 3339 time with a zone, or epoch milliseconds as a whole number';

const deviceIdMessage = (value: unknown): string =>
  typeof value === 'string' && DEVICE_ID.test(value)
    ? 'must not be . or .., as no URL can name a device that is called so'
    : 'must be 1–128 characters of A-Z a-z 0-9 . _ : -';

const inBounds = { message: `must be from -${BOUND} to ${BOUND}` };

const present = ValidateIf((_, value) => value !== undefined);

function IsTimestamp(target: object, propertyName: string): void {
  registerDecorator({
    name: IS_TIMESTAMP,
    target: target.constructor,
    propertyName,
    options: { message: timestampMessage },
    validator: { validate: (value: unknown) => parseTimestamp(value) !== undefined },
  });
}

const ARE_ATTRIBUTES = 'areAttributes';

function AreAttributes(target: object, propertyName: string): void {
  registerDecorator({
    name: ARE_ATTRIBUTES,
    target: target.constructor,
    propertyName,
    options: { message: ATTRIBUTES_RULE },
    validator: { validate: (value: unknown) => attributesText(value) !== undefined },
  });
}

/**
 * Builds the DTO: the one source of what a reading's fields may be. The OpenAPI document, the JSON
 * Schema of the fast path and the messages of refused readings all come from it.
 * @param deviceId DEVICE_ID or NEW_DEVICE_ID
 */
export function readingDto(catalogue: SensorCatalogue, deviceId = DEVICE_ID): ReadingDto {
  const Dto = class Reading {} as ReadingDto;
  const apply = (
    field: string,
    type: unknown,
    ...decorators: ((target: object, key: string) => void)[]
  ): void => {
    Reflect.defineMetadata('design:type', type, Dto.prototype as object, field);
    for (const decorate of decorators) decorate(Dto.prototype as object, field);
  };
  apply(
    'device_id',
    String,
    Matches(deviceId, { message: ({ value }) => deviceIdMessage(value) }),
    ApiProperty({ pattern: deviceId.source, example: 'greenhouse-7' }),
  );
  for (const field of ['ts', 'timestamp'])
    apply(
      field,
      Object,
      present,
      IsTimestamp,
      ApiPropertyOptional({
        oneOf: [
          { type: 'string', format: 'date-time' },
          { type: 'integer', description: 'epoch milliseconds' },
        ],
        description:
          field === 'ts' ? 'When it was measured. Absent: the time of arrival' : 'Alias of ts',
        example: field === 'ts' ? '2026-01-31T12:00:00.000Z' : undefined,
      }),
    );
  apply(
    'event_id',
    String,
    present,
    Matches(EVENT_ID, { message: 'must be 1–64 characters of A-Z a-z 0-9 . _ : -' }),
    ApiPropertyOptional({
      pattern: EVENT_ID.source,
      description: 'Names the event within its device: the same id sent again is the same event',
    }),
  );
  for (const [field, sensor] of catalogue.canonical) {
    const { unit } = catalogue.byName.get(sensor)!;
    apply(
      field,
      Number,
      present,
      IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'must be a finite number' }),
      Min(-MAX_MAGNITUDE, inBounds),
      Max(MAX_MAGNITUDE, inBounds),
      ApiPropertyOptional({
        type: Number,
        minimum: -MAX_MAGNITUDE,
        maximum: MAX_MAGNITUDE,
        description: field === sensor ? `in ${unit || 'its own unit'}` : `Alias of ${sensor}`,
      }),
    );
  }
  // IsLatitude reads a number as text and refuses 1e-7.
  for (const [field, range] of [
    ['lat', 90],
    ['lon', 180],
  ] as const) {
    const degrees = { message: `must be a number from −${range} to ${range}` };
    apply(
      field,
      Number,
      present,
      IsNumber({}, degrees),
      Min(-range, degrees),
      Max(range, degrees),
      ApiPropertyOptional({ minimum: -range, maximum: range }),
    );
  }
  apply(
    'attributes',
    Object,
    present,
    AreAttributes,
    ApiPropertyOptional({
      type: 'object',
      additionalProperties: true,
      description: `What is no sensor's value, for the program of the machine: ${ATTRIBUTES_RULE.replace('must be ', '')}`,
      example: { signal: -67, status: 'running' },
    }),
  );
  return Dto;
}

/**
 * The JSON Schema that accepts what the DTO accepts, for compilation. What costs much is left
 * to {@link parseTimestamp} and {@link attributesText}.
 */
export function readingSchema(dto: ReadingDto): JsonSchema {
  const schema = targetConstructorToSchema(dto, {
    additionalConverters: {
      [IS_TIMESTAMP]: { type: ['string', 'integer'] },
      [ARE_ATTRIBUTES]: { type: 'object' },
    },
  }) as { properties: Record<string, { type?: unknown; pattern?: string }> };
  return {
    type: 'object',
    additionalProperties: false,
    required: ['device_id'],
    properties: schema.properties,
  };
}

/**
 * The messages of class-validator for a body, most useful first: unknown fields, then each field's
 * first failed rule.
 */
export function explain(
  dto: ReadingDto,
  catalogueFields: ReadonlySet<string>,
  body: Record<string, unknown>,
): FieldError[] {
  const errors: FieldError[] = [];
  const known = new dto();
  for (const field of Object.keys(body))
    if (catalogueFields.has(field)) known[field] = body[field];
    else errors.push({ field: field.slice(0, 128), message: 'is not a known field' });
  const failed: ValidationError[] = validateSync(known, { stopAtFirstError: true });
  for (const { property, constraints } of failed) {
    const message =
      body[property] === undefined
        ? 'is required'
        : (Object.values(constraints ?? {})[0] ?? 'is not valid');
    errors.push({ field: property, message });
  }
  return errors;
}
