import { fieldName, type FieldName } from '@iot/mongo';

const known = new Map<string, FieldName>();

/** The field of a sensor; the catalogue bounds how many there are. */
export function sensorField(sensor: string): FieldName {
  let field = known.get(sensor);
  if (!field) known.set(sensor, (field = fieldName(sensor)));
  return field;
}
