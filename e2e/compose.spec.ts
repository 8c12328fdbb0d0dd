import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';

const compose = load(readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8')) as {
  services: Record<string, Service>;
};
interface Service {
  readonly ports?: string[];
  readonly environment?: Record<string, string>;
  readonly networks?: Record<string, { ipv4_address: string }>;
}
const { services } = compose;

it.each(Object.entries(services))(
  '%s is published on the loopback address, unless a variable says another',
  (name, { ports = [] }) => {
    // PUBLISH_ADDRESS opens the front door alone, so that nobody goes past it by accident.
    const variable = name === 'front-door' ? 'PUBLISH_ADDRESS' : 'DIRECT_ADDRESS';
    const address = `(127\\.0\\.0\\.1|\\$\\{${variable}:-127\\.0\\.0\\.1\\})`;
    for (const port of ports)
      expect(port).toMatch(new RegExp(`^${address}:\\$\\{\\w+_HOST_PORT:-\\d+\\}:\\d+$`));
  },
);

it('the front door, and nothing else, may say who asks', () => {
  const [, address] = /:-([\d.]+)\}$/.exec(
    services['front-door']!.networks!['front']!.ipv4_address,
  )!;
  expect(services['dashboard-api']!.environment!['TRUSTED_PROXIES']).toBe(
    `\${TRUSTED_PROXIES:-${address}}`,
  );
});
