import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';

const compose = load(readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8')) as {
  services: Record<string, { ports?: string[] }>;
};

it.each(Object.entries(compose.services))(
  '%s is published on the loopback address, unless a variable says another',
  (_, { ports = [] }) => {
    for (const port of ports)
      expect(port).toMatch(
        /^(127\.0\.0\.1|\$\{PUBLISH_ADDRESS:-127\.0\.0\.1\}):\$\{\w+_HOST_PORT:-\d+\}:\d+$/,
      );
  },
);
