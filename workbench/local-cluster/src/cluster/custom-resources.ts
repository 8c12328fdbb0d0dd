import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { goModule } from '../tools/go-modules.js';
import type { ToolOptions } from '../tools/ensure-tool.js';

/** A CustomResourceDefinition, as its project publishes it. */
export interface CustomResourceDefinition {
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
}

interface Source {
  /** A Go module of modules/crds. */
  readonly module: string;
  readonly folder: string;
  readonly files: readonly string[];
}

const SOURCES: readonly Source[] = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    folder: 'example/prometheus-operator-crd',
    files: ['podmonitors', 'servicemonitors', 'prometheusrules'].map(
      (kind) => `monitoring.coreos.com_${kind}.yaml`,
    ),
  },
  {
    module: 'github.com/kedacore/keda/v2',
    folder: 'config/crd/bases',
    files: ['scaledobjects', 'triggerauthentications'].map((kind) => `keda.sh_${kind}.yaml`),
  },
  {
    module: 'sigs.k8s.io/gateway-api',
    folder: 'config/crd/standard',
    files: ['gateways', 'httproutes'].map((kind) => `gateway.networking.k8s.io_${kind}.yaml`),
  },
  {
    module: 'github.com/cert-manager/cert-manager',
    folder: 'deploy/crds',
    files: ['issuers', 'clusterissuers', 'certificates'].map(
      (kind) => `cert-manager.io_${kind}.yaml`,
    ),
  },
  {
    module: 'github.com/mongodb/mongodb-kubernetes-operator',
    folder: 'config/crd/bases',
    files: ['mongodbcommunity.mongodb.com_mongodbcommunity.yaml'],
  },
];

/**
 * The projects' own definitions of the kinds that the chart and the documents use, so that what is
 * applied in the tests is what their operators would be given. Nobody acts on them here.
 */
export async function customResourceDefinitions(
  options: ToolOptions = {},
): Promise<CustomResourceDefinition[]> {
  const definitions: CustomResourceDefinition[] = [];
  for (const { module, folder, files } of SOURCES) {
    const source = await goModule('crds', module, options.env);
    for (const file of files)
      for (const found of loadAll(await readFile(join(source, folder, file), 'utf8')))
        if ((found as CustomResourceDefinition | null)?.kind === 'CustomResourceDefinition')
          definitions.push(found as CustomResourceDefinition);
  }
  return definitions;
}
