import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the server; `forthwith demo` listens here unless told otherwise. */
const server = process.env.FORTHWITH_DEV_SERVER ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react()],
  build: {
    // No data: URLs and no inline script: the page is served under `default-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    // What the page begins with is one script; only what is loaded on demand stands apart.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
    },
  },
  server: {
    proxy: {
      // The server refuses an Origin other than its own, so the proxy speaks in its name.
      '/api': { target: server, ws: true, headers: { origin: server } },
    },
  },
  test: {
    // A test that needs a DOM says `// @vitest-environment happy-dom` in its first line.
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    // fast-check prints its seed; the order of tests is shuffled and its seed printed as well.
    sequence: { shuffle: true },
  },
});
