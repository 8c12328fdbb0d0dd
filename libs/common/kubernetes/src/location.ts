import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { kubernetesEnv, loadConfig } from '@iot/config';

export type KubernetesEnv = Pick<
  ReturnType<typeof loadConfig<typeof kubernetesEnv>>,
  keyof typeof kubernetesEnv
>;

/** Where this process finds its API server, and the one namespace that it looks at. */
export interface Location {
  readonly namespace: string;
  /** Path of a kubeconfig file; undefined: the service account that the pod has mounted. */
  readonly kubeconfig: string | undefined;
}

/** Why there is no cluster to ask. */
export interface Outside {
  readonly outside: string;
}

/** Where Kubernetes mounts the service account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * A kubeconfig counts only together with a namespace: one that happens to be in a developer's shell
 * must not lead a service that runs on their own machine to a cluster.
 */
export function locate(env: KubernetesEnv, account = ACCOUNT): Location | Outside {
  const {
    KUBERNETES_SERVICE_HOST: host,
    KUBECONFIG: kubeconfig,
    KUBERNETES_NAMESPACE: given,
  } = env;
  if (kubeconfig !== '' && given !== '') return { namespace: given, kubeconfig };
  if (host === '')
    return {
      outside:
        'not in a Kubernetes cluster: neither KUBERNETES_SERVICE_HOST nor KUBECONFIG with KUBERNETES_NAMESPACE is set',
    };
  const namespace = given === '' ? textOf(join(account, 'namespace')) : given;
  if (namespace === '' || textOf(join(account, 'token')) === '')
    return {
      outside:
        'no service account is mounted in this pod, so there is no access to the API server (automountServiceAccountToken)',
    };
  return { namespace, kubeconfig: undefined };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
