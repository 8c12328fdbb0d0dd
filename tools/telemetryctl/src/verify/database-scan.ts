import { parsePlace } from '@iot/dead-letters';
import { distinctValues, type RollupDocument } from '@iot/mongo';
import { timeText } from '@iot/printable';
import { scanDevices, type SuspectDevice } from './device-check.js';
import { DeviceFolds } from './device-fold.js';
import type { Discrepancies } from './discrepancies.js';
import { fingerprint } from './fingerprint.js';
import { MARK, type LogIndex } from './log-index.js';
import type { JudgedRows } from './judged-rows.js';
import type { Progress, VerifyOptions } from './options.js';
import { eventOfDocument, keyOf } from './raw-document.js';
import { slices, sliceFilter, type Slice } from './raw-slices.js';
import { rowFault, RowFolds, type RowName, type Window, windowOf } from './row-fold.js';
import type { Snapshot } from './snapshot.js';
import type { Sources } from './sources.js';

/** What the scan found beside discrepancies. */
export interface ScanCounts {
  rawEvents: number;
  /**
   * Raw events whose record the log no longer retains, or does not yet show: taken at their word.
   */
  beyondLog: number;
  /**
   * Raw events that came straight from a retry topic: their record was put there by another system.
   */
  fromRetryTopics: number;
  rows: number;
  /**
   * Rows that are not judged: their raw events are no longer all kept, they are about to be
   * removed, or they were not kept up to date.
   */
  rowsBeyondRetention: number;
  devices: number;
}

export interface ScanContext extends Pick<Sources, 'mongo'> {
  readonly topic: string;
  readonly snapshot: Snapshot;
  readonly index: LogIndex;
  /** Window sizes that are kept: each must have its rows. */
  readonly windows: readonly Window[];
  readonly judged: JudgedRows;
  /** Raw events before it may be gone (epoch ms). */
  readonly retainedFrom: number;
  readonly options: VerifyOptions;
  readonly discrepancies: Discrepancies;
  readonly progress: Progress;
  /** A row that seems wrong; it is looked at again, as the workers may be about to write it. */
  readonly suspect: (name: RowName) => void;
  readonly suspectDevice: (device: SuspectDevice) => void;
}

/** Measured: larger ones live long enough to be costly to collect. */
const BATCH = 1000;

/** Reads every raw event and every rollup row once, a range of devices at a time. */
export async function scanDatabase(context: ScanContext): Promise<ScanCounts> {
  const counts: ScanCounts = {
    rawEvents: 0,
    beyondLog: 0,
    fromRetryTopics: 0,
    rows: 0,
    rowsBeyondRetention: 0,
    devices: 0,
  };
  const { mongo, options, retainedFrom, suspectDevice } = context;
  const sizes = await windowSizes(context);
  for await (const slice of slices(mongo, options.sliceRows, options.device)) {
    const folds = new RowFolds(sizes);
    const devices = new DeviceFolds();
    await scanRaw(context, slice, folds, devices, counts);
    await scanRows(context, slice, folds, counts);
    // A part of the time says nothing of the first and the latest reading.
    if (options.from === undefined && options.to === undefined)
      counts.devices += await scanDevices(mongo, slice, devices, retainedFrom, suspectDevice);
    for (const { name } of folds.untaken())
      if (context.judged.judges(name, undefined) && isAskedFor(context, name))
        context.suspect(name);
  }
  return counts;
}

/** The sizes that are kept, and those that rows exist of. */
async function windowSizes({ mongo, windows }: ScanContext): Promise<Window[]> {
  const found: Window[] = [];
  for await (const label of distinctValues(mongo.rollups, 'window')) {
    const window = windowOf(label);
    if (window) found.push(window);
  }
  const all = [...windows, ...found];
  return [...new Map(all.map((window) => [window.label, window])).values()];
}

async function scanRaw(
  context: ScanContext,
  slice: Slice,
  folds: RowFolds,
  devices: DeviceFolds,
  counts: ScanCounts,
): Promise<void> {
  const { mongo, options, progress } = context;
  const cursor = mongo.raw.find(sliceFilter(slice, 'ts', options.from, options.to), {
    batchSize: BATCH,
  });
  let bare: string[] = [];
  for await (const document of cursor) {
    if (
      document.event_id === undefined &&
      bare.push(keyOf(document.device_id, document._id)) === BATCH
    ) {
      await findTwins(context, bare);
      bare = [];
    }
    if (++counts.rawEvents % 50_000 === 0)
      progress(`${counts.rawEvents.toLocaleString('en')} raw events read`);
    const event = eventOfDocument(document);
    if (Number.isNaN(event.ts + event.receivedAt))
      context.discrepancies.add(
        'wrong_event',
        document.source,
        `what is stored as ${event.id} has a time that is none`,
      );
    if (!Number.isNaN(event.ts)) {
      devices.add(event);
      for (const [sensor, value] of event.values)
        if (typeof value === 'number') folds.add(event.device, sensor, event.ts, value);
    }
    markSource(context, document.source, event.id, fingerprint(event), counts);
  }
  await findTwins(context, bare);
}

/**
 * Events that an older version stored under their bare id, and that are there under their own too.
 */
async function findTwins(
  { mongo, discrepancies }: ScanContext,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  for await (const { _id, event_id: eventId } of mongo.raw.find(
    { _id: { $in: [...keys] } },
    { projection: { event_id: 1 } },
  ))
    discrepancies.add('doubled_event', _id, `stored under this id and as ${eventId}`);
}

function markSource(
  { topic, snapshot, index, discrepancies }: ScanContext,
  source: string,
  id: string,
  print: number,
  counts: ScanCounts,
): void {
  const place = parsePlace(source);
  if (place && snapshot.aggregator.retry.has(place.topic)) {
    counts.fromRetryTopics++;
    return;
  }
  if (place?.topic !== topic)
    return discrepancies.add(
      'extra_event',
      id,
      `its source is ${JSON.stringify(source)}, which is no place on ${topic}`,
    );
  const partition = index.get(place.partition);
  if (!partition?.holds(place.offset)) {
    counts.beyondLog++;
    return;
  }
  if (partition.has(place.offset, MARK.stored)) {
    discrepancies.add('doubled_event', source, `stored twice, once as ${id}`);
    return;
  }
  partition.mark(place.offset, MARK.stored);
  partition.setPrint(place.offset, print);
}

async function scanRows(
  context: ScanContext,
  slice: Slice,
  folds: RowFolds,
  counts: ScanCounts,
): Promise<void> {
  const { mongo, options, progress } = context;
  const projection = {
    device_id: 1,
    sensor_type: 1,
    window: 1,
    timestamp: 1,
    count: 1,
    sum: 1,
    min: 1,
    max: 1,
    average: 1,
    era: 1,
  } as const;
  const cursor = mongo.rollups.find(sliceFilter(slice, 'timestamp', options.from, options.to), {
    projection,
    batchSize: BATCH,
  });
  for await (const row of cursor) {
    if (++counts.rows % 50_000 === 0)
      progress(`${counts.rows.toLocaleString('en')} rollup rows read`);
    checkRow(context, row, folds, counts);
  }
}

function checkRow(
  context: ScanContext,
  row: RollupDocument,
  folds: RowFolds,
  counts: ScanCounts,
): void {
  const window = windowOf(row.window);
  const start = row.timestamp?.getTime();
  if (
    !window ||
    start % window.ms !== 0 ||
    row._id !== `${row.device_id}|${row.sensor_type}|${row.window}|${start}`
  )
    return context.discrepancies.add(
      'wrong_row',
      row._id,
      `its fields do not name this row: window ${row.window}, start ${timeText(row.timestamp?.getTime() ?? NaN)}`,
    );
  const name = { device: row.device_id, sensor: row.sensor_type, window, start };
  const should = folds.take(name);
  if (!isAskedFor(context, name)) return;
  if (!context.judged.judges(name, row.era ?? 0)) {
    counts.rowsBeyondRetention++;
    return;
  }
  if (!should || rowFault(row, should)) context.suspect(name);
}

/** Whether all raw events of a row were asked for. */
const isAskedFor = (
  { options: { from = -Infinity, to = Infinity } }: ScanContext,
  { start, window }: RowName,
): boolean => start >= from && start + window.ms <= to;
