// Keeps the files of the guard's phone page on the phone, so that it opens without a net. The page
// tells which files it uses. What the API says is never kept.
const FILES = 'phone-files';
const PATIENCE_MS = 3000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function keep(wanted) {
  const files = await caches.open(FILES);
  const kept = await files.keys();
  const have = new Set(kept.map((request) => new URL(request.url).pathname));
  await files.addAll(wanted.filter((path) => !have.has(path)));
  const old = kept.filter((request) => !wanted.includes(new URL(request.url).pathname));
  await Promise.all(old.map((request) => files.delete(request)));
}

self.addEventListener('message', (event) => {
  const answer = event.ports[0];
  event.waitUntil(
    keep(event.data).then(
      () => answer?.postMessage('kept'),
      () => answer?.postMessage('not kept'),
    ),
  );
});

/** The newest page there is, but a guard does not wait for it. */
async function page(request) {
  const files = await caches.open(FILES);
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const own = new URL(request.url).pathname === '/phone.html';
    if (fresh.ok && own) await files.put('/phone.html', fresh.clone());
    return fresh;
  } catch {
    return (await files.match('/phone.html')) ?? Response.error();
  }
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== self.location.origin) return;
  if (event.request.mode === 'navigate') event.respondWith(page(event.request));
  else if (!pathname.startsWith('/api/')) event.respondWith(file(event.request));
});
