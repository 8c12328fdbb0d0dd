export { type FieldError } from './checks.js';
export {
  checkReceiver,
  isName,
  NAME_RULE,
  areOfOne,
  secretsProblem,
  urlProblem,
  type Checked,
  type ReceiverInput,
} from './receiver.js';
export { pendingNotification } from './pending.js';
export { checkRoute, type RouteInput } from './route.js';
export { newWebhookSecret, seal, shownUrl, unseal, type WebhookSecrets } from './seal.js';
export { notificationEnv } from './variables.js';
