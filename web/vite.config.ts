// How the console is built: to build/web, as files that the program carries and serves itself.
// Nothing is inlined, because the pages are served under a policy that allows no inline anything.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { words } from './words.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

// For a mission it is built without what only the demonstration shows (`./dev build mission`).
const demonstration = process.env['DEMONSTRATION'] !== 'false';

// A page of the console is a handful of files, not a hundred: what every page needs is one.
const base = [
  /svelte\//,
  /\/src\/(lib|ui|record|shell)\//,
  /\/src\/(App|main)/,
  /\/(places|asides|heads|stage)\.ts$/,
  /\/domain\/\w+\/\w+Head\.svelte/,
  /\/domain\/account\/(SignIn|RecoveryCodes)\.svelte/,
];

export default defineConfig({
  root: here,
  plugins: [svelte(), words(`${here}src`, demonstration ? '' : 'demo')],
  define: { __DEMONSTRATION__: JSON.stringify(demonstration) },
  worker: { format: 'es' },
  build: {
    rollupOptions: {
      input: { index: `${here}index.html`, phone: `${here}phone.html` },
      output: {
        codeSplitting: {
          groups: [{ name: 'base', test: (id) => base.some((part) => part.test(id)) }],
        },
      },
    },
    outDir: `${here}../build/web`,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8022' } },
});
