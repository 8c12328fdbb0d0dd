import { encodeReading, type Reading } from '@iot/telemetry';

/** What a program is given of a reading: JSON text in the shape of `POST /ingest`. */
export const dataOf = (reading: Reading): string => encodeReading(reading);
