// Listeners and sources: what comes of them stands beside what was set, with what could not be read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { axe, caller, enrol, openWindow, settled, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, officer, call, context, page, line;
const pictures = process.env.PICTURES; // a folder, to look at

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function dial(port) {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const opened = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (opened) return socket;
  }
}

const alert = {
  timestamp: '2026-11-22T03:00:00.000000+0000',
  event_type: 'alert',
  host: 'gate-ids-7',
  src_ip: '192.0.2.7',
  alert: { signature_id: 1, signature: 'one', severity: 2 },
};

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
  call = caller(demo, officer.cookie);
  const address = `127.0.0.1:${await freePort()}`;
  const shared = { label: 'TLP:GREEN' };
  const sensor = { ...shared, id: 'gate-ids', name: 'Sensor at the gate', kind: 'network' };
  const made = await call('POST', 'sources', { ...sensor, identity: 'gate-ids-7' });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  const ears = { ...shared, id: 'ears', name: 'Suricata', protocol: 'eve', carrier: 'tcp', address };
  await call('POST', 'listeners', ears);
  line = await dial(Number(address.split(':')[1]));
  line.write(`${JSON.stringify(alert)}\n{"timestamp": cut short\n`);
  context = await openWindow(browser, demo, { cookie: officer.cookie });
  page = await context.newPage();
});
after(async () => {
  line?.destroy();
  await browser?.close();
  await demo?.stop();
});

async function shows(address, figures, theme) {
  await visit(page, demo, address);
  const part = page.locator('section[aria-labelledby="does"]');
  for (const [name, value] of Object.entries(figures))
    await part.locator('dl div', { hasText: name }).getByText(value, { exact: true }).waitFor();
  await part.locator('code', { hasText: '{"timestamp": cut short' }).waitFor();
  await settled(page);
  assert.deepEqual(await axe(page), []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false);
  if (pictures) await page.screenshot({ path: `${pictures}/${theme}.png`, fullPage: true });
}

test('a listener shows its counters and what it could not read', async () => {
  await shows('/listeners/ears', { Messages: '2', 'Not readable': '1', Connections: '1' }, 'listener');
});

test('a source shows its counters and the bad input that came from it', async () => {
  await shows('/sources/gate-ids', { Signals: '1', 'Not readable': '1' }, 'source');
});

test('every page says at once that nothing can be recorded', async () => {
  const other = await context.newPage();
  await visit(other, demo, '/sites');
  const band = page.locator('.unwritten');
  const full = { type: 'ping', size: 1, now: new Date().toISOString(), writing: 'full' };
  // as the page that has the connection tells the others; its next ping takes it back
  const said = band.waitFor();
  await other.evaluate((ping) => new BroadcastChannel('chancery-live').postMessage(ping), full);
  await said;
  if (pictures) await page.screenshot({ path: `${pictures}/full.png` });
  await band.waitFor({ state: 'detached' });
  await other.close();
});
