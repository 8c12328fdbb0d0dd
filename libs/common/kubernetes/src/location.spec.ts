import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesEnv, loadConfig } from '@iot/config';
import { locate } from './index.js';

const account = mkdtempSync(join(tmpdir(), 'account-'));
writeFileSync(join(account, 'namespace'), 'of-the-account\n');
writeFileSync(join(account, 'token'), 'secret');
const where = (env: NodeJS.ProcessEnv, from = account) =>
  locate(loadConfig(kubernetesEnv, env), from);

describe('locate', () => {
  it('in a pod takes the service account and its namespace, or the one it is given', () => {
    expect(where({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })).toEqual({
      namespace: 'of-the-account',
      kubeconfig: undefined,
    });
    expect(where({ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_NAMESPACE: 'iot' })).toEqual({
      namespace: 'iot',
      kubeconfig: undefined,
    });
  });

  it('takes a kubeconfig only together with a namespace', () => {
    expect(where({ KUBECONFIG: '/k', KUBERNETES_NAMESPACE: 'iot' })).toEqual({
      namespace: 'iot',
      kubeconfig: '/k',
    });
    expect(where({ KUBECONFIG: '/k' })).toEqual({
      outside: expect.stringContaining('not in a Kubernetes cluster'),
    });
    expect(where({ KUBERNETES_NAMESPACE: 'iot' })).toEqual({
      outside: expect.stringContaining('not in a Kubernetes cluster'),
    });
  });

  it('says when a pod has no service account', () => {
    for (const given of [{}, { KUBERNETES_NAMESPACE: 'iot' }])
      expect(where({ KUBERNETES_SERVICE_HOST: '10.0.0.1', ...given }, '/nowhere')).toEqual({
        outside: expect.stringContaining('automountServiceAccountToken'),
      });
  });

  it('refuses what is no namespace', () => {
    expect(() => where({ KUBERNETES_NAMESPACE: 'iot/pods' })).toThrow(
      'KUBERNETES_NAMESPACE is "iot/pods"; allowed: a Kubernetes namespace',
    );
  });
});
