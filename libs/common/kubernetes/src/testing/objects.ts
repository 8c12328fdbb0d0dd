import type { Stored } from './fake-api-server.js';

const labels = (component: string) => ({
  'app.kubernetes.io/name': 'iot-telemetry',
  'app.kubernetes.io/component': component,
});

/**
 * A Deployment that was rolled out, as the API server has it; `spec` and `status` are changed where
 * the test needs it.
 */
export const deployment = (component: string, spec: object = {}, status: object = {}): Stored => ({
  metadata: {
    name: `iot-${component}`,
    namespace: 'iot',
    generation: 3,
    labels: labels(component),
    annotations: { 'deployment.kubernetes.io/revision': '4' },
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels(component) },
    template: {
      spec: {
        containers: [
          {
            name: component,
            image: 'iot-telemetry:1.2.3',
            env: [{ name: 'KAFKA_SASL_PASSWORD', value: 'hunter2' }],
          },
        ],
      },
    },
    ...spec,
  },
  status: {
    observedGeneration: 3,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    conditions: [
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        lastUpdateTime: '2026-01-31T12:00:00Z',
        lastTransitionTime: '2026-01-31T11:59:00Z',
      },
    ],
    ...status,
  },
});

/** A pod with one container. */
export const pod = (
  component: string,
  name: string,
  restartCount = 0,
  waiting?: string,
): Stored => ({
  metadata: { name: `iot-${component}-${name}`, namespace: 'iot', labels: labels(component) },
  spec: {
    containers: [
      { name: component, env: [{ name: 'MONGO_URL', value: 'mongodb://user:hunter2@db' }] },
    ],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: waiting ? 'False' : 'True' }],
    containerStatuses: [
      {
        name: component,
        ready: !waiting,
        restartCount,
        image: '',
        imageID: '',
        state: waiting ? { waiting: { reason: waiting } } : { running: {} },
      },
    ],
  },
});

/** An autoscaler on CPU; more metrics and the status are the test's. */
export const autoscaler = (component: string, spec: object = {}, status: object = {}): Stored => ({
  metadata: { name: `iot-${component}`, namespace: 'iot', labels: labels(component) },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `iot-${component}` },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
    ],
    ...spec,
  },
  status: {
    currentReplicas: 2,
    desiredReplicas: 3,
    currentMetrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 83, averageValue: '83m' } },
      },
    ],
    ...status,
  },
});
