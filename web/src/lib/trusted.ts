// What may become a script's address. The server asks for trusted types (Content-Security-Policy):
// a string never becomes markup or a script by accident. Markup is made by Svelte's own policy,
// from what was compiled; scripts are files of ours.

/** A worker of the console: the guard's phone's, and those that the build gave. */
export function isOurScript(address: string, base: string): boolean {
  const url = new URL(address, base);
  const path = url.pathname;
  const ours = path === '/phone-worker.js' || /^\/assets\/[\w.-]+\.m?js$/.test(path);
  return ours && url.origin === new URL(base).origin && url.search === '' && url.hash === '';
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(address: string): string | null }): unknown;
}

const { trustedTypes } = globalThis as { trustedTypes?: Policies };
trustedTypes?.createPolicy('default', {
  createScriptURL: (address) => (isOurScript(address, location.href) ? address : null),
});
