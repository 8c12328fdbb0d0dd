import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `vite apps/dashboard-web` serves the page while it is being worked on, with the API beside it. */
const API = process.env.DASHBOARD_API ?? 'http://127.0.0.1:8002';
const fromApi = (path) => [path, { target: API, changeOrigin: true }];

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // Nothing inline: the page is served under a policy that allows none of it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is bundled brings its licences along.
    license: { fileName: 'licences.md' },
    chunkSizeWarningLimit: 600,
  },
  server: {
    proxy: Object.fromEntries(
      [
        '/live',
        '/devices',
        '/alerts',
        '/telemetry',
        '/aggregated',
        '/stats',
        '/platform',
        '/dead-letters',
      ].map(fromApi),
    ),
  },
});
