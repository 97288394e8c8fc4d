// The pictures of Post One: by day, by night with duress, in a flood, and when the server is silent. What is on them
// came through the same routes as in earnest.
import { createServer } from 'node:http';
import { caller, enrol, openWindow, settled } from '../test/e2e/lib.mjs';

/** What the camera of the fence sees: a drawing, as JPEG. */
async function drawing(browser) {
  const page = await browser.newPage({ viewport: { width: 960, height: 540 } });
  const posts = Array.from({ length: 13 }, (_, i) => `<path d="M${i * 80} 190v230" />`).join('');
  const wires = Array.from({ length: 9 }, (_, i) => `<path d="M0 ${205 + i * 24}h960" />`).join('');
  await page.setContent(`<body style="margin:0"><svg width="960" height="540" viewBox="0 0 960 540">
    <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="#5b6770"/><stop offset="1" stop-color="#9aa3a6"/></linearGradient></defs>
    <rect width="960" height="260" fill="url(#sky)"/><rect y="250" width="960" height="290" fill="#4c5647"/>
    <path d="M0 260 120 215 300 235 520 190 700 230 960 200V270H0z" fill="#3d463d"/>
    <g stroke="#c6cccb" stroke-width="7" fill="none">${posts}</g><g stroke="#c6cccb" stroke-width="1.6" fill="none">${wires}</g>
    <path d="M586 430c-8-60 2-104 22-116a21 21 0 1 1 30-4c26 14 30 62 26 122l-20 62h-18l6-60-14 62h-18z" fill="#16191a"/>
    <text x="22" y="40" font="600 24px monospace" font-size="24" fill="#fff">NORTH FENCE 4</text></svg>`);
  const jpeg = await page.screenshot({ type: 'jpeg', quality: 70 });
  await page.close();
  return jpeg;
}

async function cameraOf(browser) {
  const jpeg = await drawing(browser);
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': jpeg.length });
    response.end(jpeg);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Takes them with `shoot(page, name)`. */
export async function postPictures(demo, browser, officer, shoot) {
  const guard = await enrol(demo, 'post-one');
  const call = caller(demo, guard.cookie);
  const camera = await cameraOf(browser);
  const ask = async (method, path, body, who = call) => {
    const answer = await who(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer.json;
  };
  const say = (...items) =>
    ask('POST', 'signals', items.map((one) => ({ priority: 'high', code_system: 'test', text: 'Said', ...one })));
  const heard = ['fence-north', '#1234', '#2200', 'frigate/gate', 'frigate/grounds', 'pir-stores', 'button-visa', 'ids-1'];
  await say(...heard.map((source) => ({ source, kind: 'status', priority: 'note', text: 'Well' })));
  const source = await ask('POST', 'sources',
    { label: 'TLP:GREEN', name: 'Camera, north fence', kind: 'camera', identity: 'eye/fence', zone: 'perimeter' }, officer);
  const still = `http://127.0.0.1:${camera.address().port}/still.jpg`;
  await ask('POST', 'cameras', { label: 'TLP:GREEN', name: 'Camera, north fence', source: source.id, still }, officer);
  const inAnHour = new Date(Date.now() + 3600000).toISOString();
  await ask('POST', 'sources/cam-grounds/disable', { until: inAnHour, why: 'The lens is being cleaned.' }, officer);
  for (const zone of ['perimeter', 'stores', 'registry'])
    await ask('POST', `zones/${zone}/arm`, { accept: true, why: 'Night, as every night.' });

  const open = async (theme, look) => {
    const viewport = { width: 1366, height: 768 };
    const context = await openWindow(browser, demo, { cookie: guard.cookie, viewport, theme });
    const page = await context.newPage();
    await page.goto(`${demo.url}/post-one`);
    await page.locator('[data-line="live"]').waitFor();
    await settled(page);
    await page.keyboard.press('Home');
    await page.locator('.plan .zone').first().waitFor();
    await look(page);
    await context.close();
  };
  const picture = (page) => page.locator('.alarm figure img').waitFor();

  const minutesAgo = (n) => new Date(Date.now() - n * 60000).toISOString();
  await say({ source: '#2200', kind: 'access', code: 'DL', zone: '1', priority: 'medium', text: 'Door held open', occurred: minutesAgo(4) });
  await say({ source: 'pir-stores', kind: 'trouble', priority: 'medium', text: 'Supply voltage low', occurred: minutesAgo(17) });
  await say({ source: 'fence-north', kind: 'alarm', zone: 'section-4', text: 'Vibration, section 4' });
  const [top] = (await ask('GET', 'watch/queue')).items;
  await open('light', async (page) => {
    await picture(page);
    await shoot(page, 'post-one-day');
  });
  await ask('POST', `alarms/${top.id}/claim`, {});
  await say({ source: 'button-visa', kind: 'duress', priority: 'urgent', text: 'Panic button pressed' });
  await open('night', (page) => shoot(page, 'post-one-night'));
  await open('dark', async (page) => {
    demo.child.kill('SIGSTOP');
    try {
      await page.locator('.line .stale').waitFor();
      await shoot(page, 'post-one-stale');
    } finally {
      demo.child.kill('SIGCONT');
    }
    await page.locator('[data-line="live"]').waitFor();
  });

  const [duress] = (await ask('GET', 'watch/queue')).items;
  await ask('POST', `alarms/${duress.id}/end`, { why: 'An applicant leant on it.', disposition: 'mistake', word_of: 'Aino Benali' });
  const names = Array.from({ length: 24 }, (_, i) => `${i % 2 ? 'Door' : 'Window'} contact ${i + 1}`);
  const zones = ['lobby', 'offices-1', 'offices-2', 'registry', 'comms', 'visa-hall'];
  for (const [i, name] of names.entries())
    await ask('POST', 'sources', { label: 'TLP:GREEN', name, kind: 'sensor', identity: name, zone: zones[i % zones.length] }, officer);
  for (let i = 0; i < 4; i++) await say(...names.map((one) => ({ source: one, kind: 'tamper', zone: `${i + 1}`, text: 'Line cut' })));
  await say({ source: '#1234', kind: 'fire', priority: 'urgent', zone: '1', text: 'Smoke in the lobby' });
  await open('light', async (page) => {
    await page.locator('.flood').waitFor();
    await shoot(page, 'post-one-flood');
  });
  camera.close();
}
