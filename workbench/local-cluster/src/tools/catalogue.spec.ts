import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildPlan,
  moduleFolder,
  moduleVersion,
  toolName,
  TOOLS,
  type ToolName,
} from './catalogue.js';

const names = Object.keys(TOOLS) as ToolName[];

describe('the tools', () => {
  it.each(names)('%s has its version in its go.mod, and the sums of its modules', (name) => {
    const { folder, version, args } = buildPlan(name);
    expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
    expect(folder).toMatch(new RegExp(`^${name}-${version}-[0-9a-f]{12}$`));
    expect(args.at(-1)).toBe(TOOLS[name].package);
    expect(readFileSync(join(moduleFolder(TOOLS[name]), 'go.sum'), 'utf8')).toContain(
      `${TOOLS[name].versionOf} ${version} h1:`,
    );
  });

  it('tell their versions: helm that of Kubernetes too, which a chart may ask for', () => {
    const minor = buildPlan('kubectl').version.split('.')[1];
    expect(buildPlan('kubectl').args.join(' ')).toContain(
      `-X k8s.io/client-go/pkg/version.gitMinor=${minor}`,
    );
    expect(buildPlan('helm').args.join(' ')).toContain(
      `-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=${minor}`,
    );
  });

  it('are known by name, and another name is answered with the list', () => {
    expect(toolName('helm')).toBe('helm');
    expect(() => toolName('toString')).toThrow(
      /There is no tool "toString": choose one of helm, kubectl/,
    );
  });
});

describe('moduleVersion', () => {
  const goMod =
    'module x\n\nrequire a.b/c v1.2.3\n\nrequire (\n\ta.b/d v0.1.0 // indirect\n)\n\nreplace (\n\ta.b/e => a.b/e v9.9.9\n)\n';

  it('finds it in both forms of `require`, and takes no other module or replacement for it', () => {
    expect(moduleVersion(goMod, 'a.b/c')).toBe('v1.2.3');
    expect(moduleVersion(goMod, 'a.b/d')).toBe('v0.1.0');
    expect(() => moduleVersion(goMod, 'a.b')).toThrow('a.b is not in this go.mod.');
    expect(() => moduleVersion(goMod, 'a.b/e')).toThrow('a.b/e is not in this go.mod.');
  });
});
