// How the console is built: to build/web, as files that the program carries and serves itself.
// Nothing is inlined, because the pages are served under a policy that allows no inline anything.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { words } from './words.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

// For a mission it is built without what only the demonstration shows (`./dev build mission`).
const demonstration = process.env['DEMONSTRATION'] !== 'false';

// A page of the console is a handful of files, not a hundred: what every page needs is one. main.ts
// is not in it: it would run on the phone's page, too.
const base = [
  /svelte\//,
  /\/src\/(lib|ui|record|shell)\//,
  /\/src\/App\.svelte/,
  /\/(places|asides|heads|stage)\.ts$/,
  /\/domain\/\w+\/\w+Head\.svelte/,
  /\/domain\/\w+\/words\.ts$/,
  /rolldown\/runtime/,
  /\/domain\/account\/(SignIn|RecoveryCodes)\.svelte/,
];

/** CodeMirror writes its styles into an element, which the policy of our pages refuses. In a shadow
 * root it adopts a style sheet, which needs no leave; a page can do that too. */
const adoptedStyles: Plugin = {
  name: 'adopted-styles',
  transform(code, id) {
    if (!id.includes('/style-mod/')) return undefined;
    const adopts = '!root.head && root.adoptedStyleSheets';
    if (!code.includes(adopts)) throw new Error(`${id}: no longer as it was; see adoptedStyles`);
    return { code: code.replace(adopts, 'root.adoptedStyleSheets'), map: null };
  },
};

export default defineConfig({
  root: here,
  plugins: [svelte(), words(`${here}src`, demonstration ? '' : 'demo'), adoptedStyles],
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
