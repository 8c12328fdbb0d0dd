import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspaceRoot } from '@iot/local-stack';

/**
 * How a tool is built: a Go package, in the versions that modules/<module>/go.mod and go.sum hold.
 */
export interface GoTool {
  /** Folder under modules/. */
  readonly module: string;
  /** Import path of its main package. */
  readonly package: string;
  /** The Go module whose version is the tool's. */
  readonly versionOf: string;
  readonly tags?: string;
  /**
   * A source file of that Go module that is left out, and the file beside go.mod that stands in for
   * it.
   */
  readonly without?: { readonly file: string; readonly standIn: string };
  /** String variables of the program, set by the linker: import path and name, to value. */
  readonly variables?: (version: string, kubernetes: string) => Readonly<Record<string, string>>;
}

/** Without these a Kubernetes program says that it is v0.0.0, and is treated so. */
const kubernetesVersion = (version: string): Record<string, string> =>
  Object.fromEntries(
    ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
      [`${path}.gitVersion`, version],
      [`${path}.gitMajor`, '1'],
      [`${path}.gitMinor`, minor(version)],
      [`${path}.gitTreeState`, 'clean'],
      [`${path}.buildDate`, '1970-01-01T00:00:00Z'],
    ]),
  );

/**
 * Without these `helm template` and `helm lint` take the cluster for 1.20, and a chart's
 * kubeVersion is refused.
 */
const helmVersion = (version: string, kubernetes: string): Record<string, string> => ({
  'helm.sh/helm/v3/internal/version.version': version,
  ...Object.fromEntries(
    ['helm.sh/helm/v3/pkg/lint/rules', 'helm.sh/helm/v3/pkg/chartutil'].flatMap((path) => [
      [`${path}.k8sVersionMajor`, '1'],
      [`${path}.k8sVersionMinor`, minor(kubernetes)],
    ]),
  ),
});

// grpcnotrace lets the linker drop what is never called, as upstream's own build does.
const kubernetes = (name: string): GoTool => ({
  module: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${name}`,
  versionOf: 'k8s.io/kubernetes',
  tags: 'grpcnotrace',
  variables: kubernetesVersion,
});
const plain = (module: string, path: string, versionOf: string): GoTool => ({
  module,
  package: path,
  versionOf,
});

/** Every tool by the name of its program. */
export const TOOLS = {
  helm: {
    module: 'helm',
    package: 'helm.sh/helm/v3/cmd/helm',
    versionOf: 'helm.sh/helm/v3',
    variables: helmVersion,
  },
  kubectl: kubernetes('kubectl'),
  kubeconform: plain(
    'kubeconform',
    'github.com/yannh/kubeconform/cmd/kubeconform',
    'github.com/yannh/kubeconform',
  ),
  kustomize: plain(
    'kubernetes',
    'sigs.k8s.io/kustomize/kustomize/v5',
    'sigs.k8s.io/kustomize/kustomize/v5',
  ),
  promtool: {
    module: 'promtool',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    versionOf: 'github.com/prometheus/prometheus',
    without: { file: 'plugins/plugins.go', standIn: 'no-plugins.go' },
  },
  etcd: plain('kubernetes', 'go.etcd.io/etcd/server/v3', 'go.etcd.io/etcd/server/v3'),
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kwok: plain('kwok', 'sigs.k8s.io/kwok/cmd/kwok', 'sigs.k8s.io/kwok'),
} as const satisfies Record<string, GoTool>;

export type ToolName = keyof typeof TOOLS;

/** @throws Error that names the tools there are */
export function toolName(text: string): ToolName {
  if (Object.hasOwn(TOOLS, text)) return text as ToolName;
  throw new Error(`There is no tool "${text}": choose one of ${Object.keys(TOOLS).join(', ')}.`);
}

/** The folder whose go.mod and go.sum a tool is built with. */
export function moduleFolder(tool: Pick<GoTool, 'module'>): string {
  return join(packageRoot(), 'modules', tool.module);
}

/** This package's folder, where the Go modules and the custom resource definitions are. */
export function packageRoot(): string {
  return join(workspaceRoot(), 'workbench', 'local-cluster');
}

/** The version of a Go module in a go.mod, such as "v1.34.4". @throws Error when it is not there */
export function moduleVersion(goMod: string, module: string): string {
  for (const line of goMod.split('\n')) {
    const [name, version] = line
      .replace(/^require /, '')
      .trim()
      .split(' ');
    if (name === module && version !== undefined && version !== '=>') return version;
  }
  throw new Error(`${module} is not in this go.mod.`);
}

/**
 * What `go build` is given for a tool, and the name of the folder in the cache that belongs to
 * exactly this.
 */
export function buildPlan(name: ToolName): {
  readonly folder: string;
  readonly version: string;
  readonly args: readonly string[];
} {
  const tool: GoTool = TOOLS[name];
  const folder = moduleFolder(tool);
  const goMod = readFileSync(join(folder, 'go.mod'), 'utf8');
  const version = moduleVersion(goMod, tool.versionOf);
  const ours = readFileSync(join(dirname(folder), 'kubernetes', 'go.mod'), 'utf8');
  const variables = tool.variables?.(version, moduleVersion(ours, 'k8s.io/kubernetes')) ?? {};
  const linker = [
    '-s',
    '-w',
    ...Object.entries(variables).flatMap(([path, value]) => ['-X', `${path}=${value}`]),
  ].join(' ');
  const args = [
    '-mod=readonly',
    '-trimpath',
    '-buildvcs=false',
    ...(tool.tags ? ['-tags', tool.tags] : []),
  ];
  args.push('-ldflags', linker, tool.package);
  const hash = createHash('sha256')
    .update(JSON.stringify(['build', ...args]))
    .update(goMod)
    .digest('hex')
    .slice(0, 12);
  return { folder: `${name}-${version}-${hash}`, version, args };
}

function minor(version: string): string {
  return version.split('.')[1] ?? '0';
}
