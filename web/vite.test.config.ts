// The unit tests of the console, made runnable by any node: to build/web-test, for `node --test`.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));
const tests = readdirSync(`${here}test`).filter((name) => name.endsWith('.test.ts'));

export default defineConfig({
  root: here,
  logLevel: 'error',
  define: { __DEMONSTRATION__: 'true' },
  build: {
    ssr: true,
    outDir: `${here}../build/web-test`,
    emptyOutDir: true,
    target: 'node18',
    rollupOptions: {
      input: tests.map((name) => `${here}test/${name}`),
      output: { entryFileNames: '[name].mjs' },
    },
  },
});
