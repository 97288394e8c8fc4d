// The page's own files, kept by its service worker.

/** What this page was made from, by what the browser loaded for it. */
function usedFiles(): string[] {
  const loaded = performance
    .getEntriesByType('resource')
    .map((entry) => new URL(entry.name))
    .filter((url) => url.origin === location.origin && !url.pathname.startsWith('/api/'))
    .map((url) => url.pathname);
  return [...new Set(['/phone.html', '/icon.svg', ...loaded])].filter(
    (path) => path !== '/phone-worker.js',
  );
}

/** Have them kept; a browser without service workers opens the page with a net only. */
export async function keepFiles(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/phone-worker.js', { scope: '/phone' });
  const { active } = await navigator.serviceWorker.ready;
  const done = new MessageChannel();
  const kept = new Promise((resolve) => (done.port1.onmessage = resolve));
  active?.postMessage(usedFiles(), [done.port2]);
  await kept;
  document.documentElement.dataset['kept'] = 'true';
}
