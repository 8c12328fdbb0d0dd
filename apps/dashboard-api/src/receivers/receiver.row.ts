import type { ConfiguredBy, ReceiverDocument, ReceiverKind } from '@iot/mongo';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<ReceiverDocument>();

/** A receiver as served: without what is secret. */
export class ReceiverRow {
  @computed(({ _id }) => _id, { example: 'pager' }) name!: string;
  @field({ enum: ['webhook', 'email'] }) kind!: ReceiverKind;
  @field({ example: true }) enabled!: boolean;
  @computed(({ format }) => format ?? null, {
    type: String,
    nullable: true,
    enum: ['standard', 'alertmanager', null],
    description: 'Of a webhook: the form of its body',
  })
  format!: 'standard' | 'alertmanager' | null;
  @computed(({ shown_url: url }) => url ?? null, {
    type: String,
    nullable: true,
    example: 'https://hooks.example.com/…',
    description: 'Of a webhook: where it is, without what may be secret',
  })
  url!: string | null;
  @computed(({ env }) => env?.url ?? null, {
    type: String,
    nullable: true,
    example: null,
    description: 'Of a webhook: the variable of the notifier that holds its address',
  })
  url_env!: string | null;
  @computed(({ env }) => env?.secret ?? null, { type: String, nullable: true, example: null })
  secret_env!: string | null;
  @computed(({ env }) => env?.authorization ?? null, {
    type: String,
    nullable: true,
    example: null,
  })
  authorization_env!: string | null;
  @computed(({ to }) => to ?? [], {
    type: [String],
    description: 'Of e-mail: addresses',
    example: [],
  })
  to!: string[];
  @computed(({ rate_limit: { count } }) => count, { type: 'integer', example: 30 })
  rate_limit_count!: number;
  @computed(({ rate_limit: { per_s: seconds } }) => seconds, {
    type: 'integer',
    example: 60,
    description: 'At most rate_limit_count deliveries in so many seconds',
  })
  rate_limit_per_s!: number;
  @field({ enum: ['api', 'file'] }) source!: ConfiguredBy;
  @time(EARLY) created_at!: string | null;
  @time(LATER) updated_at!: string | null;
}
