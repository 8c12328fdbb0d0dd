const PATHS = {
  overview: 'M3 12h4l3-8 4 16 3-8h4',
  devices: 'M5 5h14v10H5zM9 19h6M12 15v4',
  alerts: 'M12 4a6 6 0 0 1 6 6v4l2 3H4l2-3v-4a6 6 0 0 1 6-6zM10 20h4',
  rules: 'M4 7h10M18 7h2M4 12h3M11 12h9M4 17h9M17 17h3M16 5v4M9 10v4M15 15v4',
  logic: 'M8 6l-5 6 5 6M16 6l5 6-5 6M13.500 4l-3 16',
  platform: 'M4 5h16v5H4zM4 14h16v5H4zM8 7.500h.01M8 16.500h.01',
  logs: 'M5 6h14M5 10h9M5 14h12M5 18h7',
  letters: 'M4 6h16v12H4zM4 7l8 6 8-6',
  access: 'M12 4l7 3v5c0 4-3 7-7 8-4-1-7-4-7-8V7z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 3v1M12 20v1M3 12h1M20 12h1M5.600 5.600l.7.7M17.700 17.700l.7.7M5.600 18.400l.7-.7M17.700 6.300l.7-.7',
  moon: 'M19 14a8 8 0 0 1-9-9 8 8 0 1 0 9 9z',
  system: 'M4 5h16v11H4zM9 20h6',
  back: 'M15 5l-7 7 7 7',
  on: 'M9 5l7 7-7 7',
  down: 'M12 4v12M7 11l5 5 5-5M5 20h14',
} as const;
export type IconName = keyof typeof PATHS;

/** A drawing beside a text that says the same. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);
