import type { ReceiverDocument, RouteDocument } from '@iot/mongo';
import type { Mute } from './judge.js';

/** Whom to tell what, as it was last read. */
export interface Directory {
  readonly receivers: ReadonlyMap<string, ReceiverDocument>;
  readonly routes: readonly RouteDocument[];
  readonly mutes: readonly Mute[];
}

/** Something that knows the directory in force. */
export interface DirectorySource {
  /** @throws Error while it was never read: that there is none is not that nobody is to be told */
  readonly current: Directory;
  /** Reads it anew: what is not in it may have been made since. @param now epoch ms */
  refresh(now: number): Promise<void>;
}
