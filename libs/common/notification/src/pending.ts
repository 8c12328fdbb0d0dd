import type { NotificationDocument } from '@iot/mongo';

/** A notification that is to be delivered from now on. @param expireAt when its record goes */
export const pendingNotification = (
  content: Pick<
    NotificationDocument,
    '_id' | 'receiver' | 'kind' | 'route' | 'reason' | 'group' | 'labels' | 'alerts' | 'more'
  >,
  now: Date,
  expireAt: Date,
): NotificationDocument => ({
  ...content,
  status: 'pending',
  attempts: 0,
  resent: 0,
  next_attempt_at: now,
  round_at: now,
  last_error: null,
  created_at: now,
  finished_at: null,
  version: 1,
  expire_at: expireAt,
});
