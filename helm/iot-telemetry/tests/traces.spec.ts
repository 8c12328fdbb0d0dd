import { join } from 'node:path';
import { CHART, describeWithHelm, objectsOf, ofKind } from './chart.js';

const MINIMAL = join(CHART, 'ci', 'minimal-values.yaml');

/** The ports that each service may reach, by the name of its NetworkPolicy. */
function egress(...settings: string[]): [name: string, ports: number[]][] {
  return ofKind(objectsOf('-f', MINIMAL, ...settings), 'NetworkPolicy')
    .filter(({ metadata }) => /-(api|worker|gateway|notifier)$/.test(metadata.name))
    .map(({ metadata, spec }) => [
      metadata.name,
      spec.egress.flatMap(({ ports }: { ports: { port: number }[] }) =>
        ports.map(({ port }) => port),
      ),
    ]);
}

describeWithHelm('traces', () => {
  it.each([
    ['http://collector.observability:4318', 4318],
    ['http://collector/otlp', 80],
    ['https://collector.example.com', 443],
  ])('sent to %s reach it from every service', (url, port) => {
    const of = egress('--set', `config.OTEL_EXPORTER_OTLP_ENDPOINT=${url}`);
    expect(of.length).toBeGreaterThan(5);
    for (const [name, ports] of of)
      expect([name, ports]).toEqual([name, expect.arrayContaining([port])]);
  });

  it('sent to an address of their own reach that one', () => {
    const all = 'config.OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318';
    const own = 'config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://tempo:4000/v1/traces';
    for (const settings of [
      ['--set', own],
      ['--set', all, '--set', own],
    ]) {
      const [, ports] = egress(...settings)[0]!;
      expect([ports.includes(4000), ports.includes(4318)]).toEqual([true, false]);
    }
  });

  it('go where the policy says, and nowhere when there are none', () => {
    const set = 'config.OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318';
    const [, ports] = egress('--set', set, '--set', 'networkPolicy.tracesPorts={4000}')[0]!;
    expect([ports.includes(4000), ports.includes(4318)]).toEqual([true, false]);
    for (const [, none] of egress()) expect(none).not.toContain(4318);
  });
});
