import type { ReceiverDocument, RouteDocument } from '@iot/mongo';
import type { Mute } from './judge.js';

/** Whom to tell what, as it was last read. */
export interface Directory {
  readonly receivers: ReadonlyMap<string, ReceiverDocument>;
  readonly routes: readonly RouteDocument[];
  readonly mutes: readonly Mute[];
}

export const EMPTY_DIRECTORY: Directory = { receivers: new Map(), routes: [], mutes: [] };

/** Something that knows the directory in force. */
export interface DirectorySource {
  readonly current: Directory;
}
