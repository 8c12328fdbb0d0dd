import { strictSchemas } from './strict-schemas.js';

const gvk = (group: string, version: string, kind: string) => ({
  'x-kubernetes-group-version-kind': [{ group, version, kind }],
});
const files = strictSchemas({
  definitions: {
    'io.k8s.api.apps.v1.Deployment': {
      type: 'object',
      required: ['spec'],
      properties: {
        metadata: { $ref: '#/definitions/meta' },
        spec: { $ref: '#/definitions/spec' },
      },
      ...gvk('apps', 'v1', 'Deployment'),
    },
    'io.k8s.api.core.v1.Pod': {
      type: 'object',
      properties: { metadata: { $ref: '#/definitions/meta' } },
      ...gvk('', 'v1', 'Pod'),
    },
    'sh.keda.v1alpha1.ScaledObject': {
      properties: { metadata: {} },
      ...gvk('keda.sh', 'v1alpha1', 'ScaledObject'),
    },
    'io.k8s.meta.v1.DeleteOptions': {
      properties: { kind: { type: 'string' } },
      ...gvk('apps', 'v1', 'DeleteOptions'),
    },
    meta: {
      type: 'object',
      properties: { labels: { type: 'object', additionalProperties: { type: 'string' } } },
    },
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer', minimum: 0 },
        maxSurge: { type: 'string', format: 'int-or-string' },
        behaviour: {
          type: 'object',
          properties: { known: { type: 'string' } },
          'x-kubernetes-preserve-unknown-fields': true,
        },
        cpu: { $ref: '#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity' },
      },
    },
    'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'string' },
  },
});
const definitions = files.get('deployment-apps-v1.json')!['definitions'] as Record<
  string,
  { properties: Record<string, unknown> }
>;

describe('strictSchemas', () => {
  it('has one file for each kind of object, by the names that kubeconform asks for', () => {
    expect([...files.keys()].sort()).toEqual([
      'deployment-apps-v1.json',
      'pod-v1.json',
      'scaledobject-keda-v1alpha1.json',
    ]);
    expect(files.get('deployment-apps-v1.json')).toMatchObject({
      allOf: [
        { $ref: '#/definitions/io.k8s.api.apps.v1.Deployment' },
        { required: ['apiVersion', 'kind'] },
      ],
    });
  });

  it('holds in each file what its kind refers to, and nothing else', () => {
    expect(Object.keys(definitions).sort()).toEqual([
      'io.k8s.api.apps.v1.Deployment',
      'io.k8s.apimachinery.pkg.api.resource.Quantity',
      'meta',
      'spec',
    ]);
    expect(Object.keys(files.get('pod-v1.json')!['definitions'] as object).sort()).toEqual([
      'io.k8s.api.core.v1.Pod',
      'meta',
    ]);
  });

  it('takes no unknown field, but where the server itself keeps them', () => {
    expect(definitions['spec']).toMatchObject({ additionalProperties: false });
    expect(definitions['spec']!.properties['behaviour']).toEqual({
      anyOf: [
        {
          type: 'object',
          properties: { known: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
        },
        { type: 'null' },
      ],
    });
  });

  it('takes null for a field that may be absent, and not for one that may not', () => {
    expect(definitions['spec']!.properties['replicas']).toEqual({
      anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }],
    });
    expect(definitions['io.k8s.api.apps.v1.Deployment']!.properties['spec']).toEqual({
      $ref: '#/definitions/spec',
    });
  });

  it('takes numbers and text where Kubernetes does', () => {
    expect(definitions['spec']!.properties['maxSurge']).toEqual({
      anyOf: [{ type: ['string', 'integer'] }, { type: 'null' }],
    });
    expect(definitions['io.k8s.apimachinery.pkg.api.resource.Quantity']).toEqual({
      type: ['string', 'number'],
    });
  });
});
