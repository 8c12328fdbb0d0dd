import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AutoscalerState, DeploymentState } from '@iot/kubernetes';

const integer = (example: number, description?: string) => ({
  type: 'integer' as const,
  example,
  ...(description && { description }),
});
/** A property of a schema that is written out. */
const nullable = (type: string, example: unknown, description: string) =>
  ({ type: [type, 'null'], example, description }) as never;
const orNull = (name: string, description: string) =>
  ({ description, oneOf: [{ $ref: `#/components/schemas/${name}` }, { type: 'null' }] }) as never;

@ApiSchema({ description: 'The process that answers' } as never)
export class PlatformProcess {
  @ApiProperty({ example: 'dashboard-api' }) service!: string;
  @ApiProperty({ example: '0.1.0' }) version!: string;
  @ApiProperty({ example: 'v24.21.0' }) node!: string;
  @ApiProperty(integer(86_400)) uptime_s!: number;
  @ApiProperty({
    type: 'object',
    required: ['rss', 'heap_used'],
    properties: { rss: { type: 'integer' }, heap_used: { type: 'integer' } },
    description: 'Bytes',
    example: { rss: 112_000_000, heap_used: 41_000_000 },
  })
  memory!: { readonly rss: number; readonly heap_used: number };
}

export class ConsumerLag {
  @ApiProperty({ example: 'aggregator-worker' }) group!: string;
  @ApiProperty(integer(2, 'Members of the group that run')) members!: number;
  @ApiProperty(integer(120, 'Records that are not handled yet')) records!: number;
  @ApiProperty({
    type: [Number],
    example: [70, 50],
    description: 'The same by partition: the index is the partition',
  })
  by_partition!: readonly number[];
}

/** What Kubernetes says of a service's Deployment. */
export class PlatformDeployment implements Omit<DeploymentState, 'component'> {
  @ApiProperty({ example: 'iot-aggregator-worker' }) name!: string;
  @ApiProperty(integer(2)) desired!: number;
  @ApiProperty(integer(2)) ready!: number;
  @ApiProperty(integer(2)) available!: number;
  @ApiProperty(integer(2, 'Pods of the newest revision')) updated!: number;
  @ApiProperty({ type: [String], example: ['iot-telemetry:0.1.0'] }) images!: readonly string[];
  @ApiProperty({
    type: 'object',
    required: ['revision', 'state', 'at'],
    properties: {
      revision: nullable('integer', 3, 'Grows with every change of the pods'),
      state: { enum: ['complete', 'progressing', 'failed'] },
      at: {
        type: ['string', 'null'],
        format: 'date-time',
        description: 'When it was completed, or made its last progress',
      } as never,
    },
    description: 'The last rollout',
    example: { revision: 3, state: 'complete', at: '2026-01-31T12:00:00.000Z' },
  })
  rollout!: DeploymentState['rollout'];
}

export class PlatformPods {
  @ApiProperty(integer(2)) count!: number;
  @ApiProperty(integer(2)) ready!: number;
  @ApiProperty(integer(0, 'Of all containers')) restarts!: number;
  @ApiProperty({
    type: [String],
    example: ['CrashLoopBackOff'],
    description: 'Why containers do not run',
  })
  waiting!: readonly string[];
}

export class PlatformAutoscaler implements Omit<AutoscalerState, 'component' | 'target'> {
  @ApiProperty({ example: 'iot-aggregator-worker' }) name!: string;
  @ApiProperty(integer(1)) min!: number;
  @ApiProperty(integer(5)) max!: number;
  @ApiProperty(integer(2, 'Replicas now')) current!: number;
  @ApiProperty(integer(3, 'Replicas that it wants')) desired!: number;
  @ApiProperty({
    type: 'array',
    items: {
      type: 'object',
      required: ['name', 'kind', 'target', 'current'],
      properties: {
        name: { type: 'string' },
        kind: { enum: ['utilization', 'average_value', 'value'] },
        target: { type: ['number', 'string'] as never },
        current: {
          type: ['number', 'string', 'null'] as never,
          description: 'Null while the cluster has no value',
        },
      },
    },
    description:
      'What it goes by. `utilization` is percent of what the pods request; the others are quantities such as 500m or 64Mi.',
    example: [{ name: 'cpu', kind: 'utilization', target: 50, current: 83 }],
  })
  metrics!: AutoscalerState['metrics'];
}

export class PlatformComponent {
  @ApiProperty({ example: 'aggregator-worker' }) component!: string;
  @ApiProperty(
    orNull(
      'PlatformDeployment',
      'Null: not deployed, or `missing.deployments` says why it is not known',
    ),
  )
  deployment!: PlatformDeployment | null;
  @ApiProperty(orNull('PlatformPods', 'Null: `missing.pods` says why they are not known'))
  pods!: PlatformPods | null;
  @ApiProperty(
    orNull(
      'PlatformAutoscaler',
      'Null: it has none, or `missing.autoscalers` says why it is not known',
    ),
  )
  autoscaler!: PlatformAutoscaler | null;
  @ApiProperty(
    orNull('ConsumerLag', 'Null: it consumes nothing, or `kafka.reason` says why it is not known'),
  )
  lag!: ConsumerLag | null;
}

const why = (what: string) => nullable('string', null, `Why ${what}; null: they are`);

export class Platform {
  @ApiProperty({ type: PlatformProcess }) process!: PlatformProcess;
  @ApiProperty({
    type: 'object',
    required: [
      ...['telemetry_topic', 'dlq_topic', 'partitions', 'groups'],
      ...['ends', 'dead_letters', 'measured_at', 'reason'],
    ],
    properties: {
      telemetry_topic: { type: 'string' },
      dlq_topic: { type: 'string' },
      partitions: nullable('integer', 12, 'Of the telemetry topic; null: not known'),
      groups: {
        type: ['array', 'null'] as never,
        items: { $ref: '#/components/schemas/ConsumerLag' },
        description: 'Null: not known',
      },
      ends: {
        type: ['array', 'null'] as never,
        items: { type: 'integer' },
        description: 'Records that were ever written, by partition; null: not known',
      },
      dead_letters: nullable(
        'integer',
        3,
        'Records that the dead-letter topic keeps; null: not known',
      ),
      measured_at: {
        type: ['string', 'null'] as never,
        format: 'date-time',
        description: 'When Kafka was asked; null: it did not answer',
      },
      reason: nullable('string', null, 'Why the lag is not known; null: it is'),
    },
    example: {
      telemetry_topic: 'telemetry.raw',
      dlq_topic: 'telemetry.dlq',
      partitions: 2,
      groups: [{ group: 'aggregator-worker', members: 2, records: 120, by_partition: [70, 50] }],
      ends: [602_277, 602_277],
      dead_letters: 3,
      measured_at: '2026-01-31T12:00:00.000Z',
      reason: null,
    },
  })
  kafka!: {
    readonly telemetry_topic: string;
    readonly dlq_topic: string;
    readonly partitions: number | null;
    readonly groups: readonly ConsumerLag[] | null;
    readonly ends: readonly number[] | null;
    readonly dead_letters: number | null;
    readonly measured_at: string | null;
    readonly reason: string | null;
  };
  @ApiProperty({
    type: 'object',
    nullable: true,
    required: ['namespace', 'selector', 'components', 'missing'],
    properties: {
      namespace: { type: 'string' },
      selector: { type: 'string', description: 'Labels of the objects' },
      components: { type: 'array', items: { $ref: '#/components/schemas/PlatformComponent' } },
      missing: {
        type: 'object',
        required: ['deployments', 'pods', 'autoscalers'],
        properties: {
          deployments: why('Deployments are not known'),
          pods: why('pods are not known'),
          autoscalers: why('autoscalers are not known'),
        },
        description: 'Permissions that the service account lacks, or what else went wrong',
        example: {
          deployments: null,
          pods: 'missing permission: list pods in namespace iot',
          autoscalers: null,
        },
      },
    },
    description: 'The release in its Kubernetes namespace; null: `reason` says why it is not known',
  } as never)
  cluster!: {
    readonly namespace: string;
    readonly selector: string;
    readonly components: readonly PlatformComponent[];
    readonly missing: {
      readonly deployments: string | null;
      readonly pods: string | null;
      readonly autoscalers: string | null;
    };
  } | null;
  @ApiProperty({
    type: 'string',
    nullable: true,
    example: null,
    description: 'Why `cluster` is null, such as not being in one; null: it is not',
  } as never)
  reason!: string | null;
}

/** Named by references only, so that the document has to be told of them. */
export const REFERENCED_MODELS = [
  ConsumerLag,
  PlatformDeployment,
  PlatformPods,
  PlatformAutoscaler,
  PlatformComponent,
];
