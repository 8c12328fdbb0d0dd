/**
 * Nodes that kwok keeps Ready: pods on them are marked Running and Ready, and no container is run.
 * One after another in three zones.
 */
export function fakeNodes(count: number): object[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `node-${i}`;
    const room = { cpu: '32', memory: '128Gi', pods: '110' };
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        annotations: { 'kwok.x-k8s.io/node': 'fake', 'node.alpha.kubernetes.io/ttl': '0' },
        labels: {
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'topology.kubernetes.io/zone': `zone-${'abc'[i % 3]}`,
        },
      },
      status: { allocatable: room, capacity: room },
    };
  });
}

/**
 * Volumes for those who ask for the default storage class. Nothing is ever mounted, and one that
 * was used is not used again.
 */
export function fakeVolumes(count: number): object[] {
  const storageClassName = 'standard';
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: storageClassName,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'kubernetes.io/no-provisioner',
  };
  const volumes = Array.from({ length: count }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${i}` },
    spec: {
      storageClassName,
      capacity: { storage: '100Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/nowhere/volume-${i}` },
    },
  }));
  return [storageClass, ...volumes];
}

/** What kwok, which stands in for the kubelets, may do. */
export function kwokAccess(): object[] {
  const name = 'local-cluster:kwok';
  const apiGroup = 'rbac.authorization.k8s.io';
  const read = ['get', 'list', 'watch'];
  const write = ['create', 'update', 'patch'];
  return [
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        {
          apiGroups: [''],
          resources: ['nodes', 'pods'],
          verbs: [...read, 'update', 'patch', 'delete'],
        },
        { apiGroups: [''], resources: ['nodes/status', 'pods/status'], verbs: ['update', 'patch'] },
        { apiGroups: [''], resources: ['events'], verbs: write },
        {
          apiGroups: ['coordination.k8s.io'],
          resources: ['leases'],
          verbs: [...read, ...write, 'delete'],
        },
      ],
    },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ apiGroup, kind: 'User', name: 'kwok' }],
    },
  ];
}
