// The guard's phone page, on a phone's screen: on the list, a round with a real camera picture of a
// code, a checkpoint without a net, the timer of a guard who is alone, a call for help.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encode } from 'uqr';
import { axe, caller, enrol, openWindow, startBrowser, startDemo } from './lib.mjs';

const SCREEN = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
let demo, browser, officer, patrol, folder, page, context;

/** A film of one picture, as a camera gives it: a QR code on a white wall (YUV 4:2:0). */
function filmOf(text, path) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const [width, height, scale] = [640, 480, 10];
  const [left, top] = [(width - size * scale) >> 1, (height - size * scale) >> 1];
  const luma = Buffer.alloc(width * height, 220);
  for (let y = 0; y < size * scale; y++)
    for (let x = 0; x < size * scale; x++)
      if (data[Math.floor(y / scale)][Math.floor(x / scale)])
        luma[(top + y) * width + left + x] = 30;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([head, ...Array(10).fill(frame)]));
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-phone-'));
  const film = join(folder, 'tag.y4m');
  filmOf('tag-main-gate', film);
  demo = await startDemo();
  browser = await startBrowser([
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ]);
  officer = await enrol(demo, 'officer');
  const { json: view } = await caller(demo, officer.cookie)('POST', 'accounts/patrol/enrolment');
  demo.links.patrol = view.link.replace(/.*#/, '');
  patrol = await enrol(demo, 'patrol');
  context = await openWindow(browser, demo, { ...SCREEN, cookie: patrol.cookie });
  page = await context.newPage();
  await page.goto(`${demo.url}/phone.html`);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const asPatrol = () => caller(demo, patrol.cookie);
const theRound = async () => (await asPatrol()('GET', 'rounds?state=walked&guard=patrol')).json.items[0];
const visitOf = (round, tag) => round.visits.find((one) => one.tag === tag);
const row = (name) => page.locator('.visits li', { hasText: name });

test('a phone that is on no list hands in nothing, and an officer puts it there', async () => {
  const link = page.getByRole('link', { name: /officer/ });
  await link.waitFor();
  assert.deepEqual(await axe(page), []);
  const address = new URL(await link.getAttribute('href'));
  const desk = await openWindow(browser, demo, { cookie: officer.cookie });
  const form = await desk.newPage();
  await form.goto(demo.url + address.pathname + address.search);
  await form.locator('form').waitFor();
  await form.getByLabel('Name').fill('Phone 2');
  await form.locator('[data-pointer="/label"] select').selectOption('TLP:GREEN');
  await form.keyboard.press('Control+s');
  await form.locator('#history').waitFor();
  await desk.close();
  await page.getByRole('button', { name: /Set out/ }).waitFor();
});

test('a code is read by the camera, signed and taken', async () => {
  await page.getByRole('button', { name: /Set out: .*Night round/ }).click();
  await page.getByRole('button', { name: 'Scan the code' }).click();
  await page.getByText(/Main gate.: handed in/).waitFor();
  const visit = visitOf(await theRound(), 'tag-main-gate');
  assert.equal(visit.verdict, 'on-time');
  assert.equal(visit.means, 'qr');
  assert.deepEqual(await axe(page), []);
});

test('without a net the page opens, a scan is kept, and handed in when there is one', async () => {
  await page.locator('html[data-kept="true"]').waitFor();
  await context.setOffline(true);
  await page.reload();
  await page.getByText(/No network since/).waitFor();
  await page.getByText('The tag cannot be read').click();
  await page.getByLabel('What the tag says').fill('tag-parking');
  await page.getByRole('button', { name: 'Hand in' }).click();
  await row('Parking').getByText('Read, kept on the phone').waitFor();
  await page.getByLabel('What the tag says').fill('tag-of-elsewhere');
  await page.getByRole('button', { name: 'Hand in' }).click();
  await page.getByText(/not on this round/).waitFor();
  assert.equal(visitOf(await theRound(), 'tag-parking').verdict, 'awaited');
  assert.deepEqual(await axe(page), []);
  await context.setOffline(false);
  await row('Parking').getByText(/On time/).waitFor();
  assert.equal(visitOf(await theRound(), 'tag-parking').means, 'typed');
});

test('a guard who is alone says that all is well', async () => {
  await page.getByRole('button', { name: /Every .*10 minutes/ }).click();
  await page.getByText(/9:5\d. left/).waitFor();
  await page.getByRole('button', { name: 'All is well' }).click();
  await page.getByRole('button', { name: 'I am no longer alone' }).click();
  await page.getByRole('button', { name: /Every .*10 minutes/ }).waitFor();
});

test('a call for help waits for a net if it must, and rings above everything', async () => {
  const call = caller(demo, officer.cookie);
  const rings = async () =>
    (await call('GET', 'alarms?lane=true')).json.items.filter((one) => one.cause === 'help');
  const button = page.getByRole('button', { name: /HELP/ });
  await context.setOffline(true);
  await button.dispatchEvent('pointerdown');
  await button.dispatchEvent('pointerup'); // in a pocket
  assert.equal(await page.getByText(/has NOT arrived/).count(), 0);
  await button.dispatchEvent('pointerdown');
  await page.getByText(/has NOT arrived/).waitFor();
  await button.dispatchEvent('pointerup');
  assert.equal((await rings()).length, 0);
  await context.setOffline(false);
  await page.getByText(/call for help .* has arrived/).waitFor();
  const [alarm, ...others] = await rings();
  assert.equal(others.length, 0);
  assert.equal(alarm.kind, 'duress');
  assert.equal(alarm.state, 'unacknowledged');
  assert.deepEqual(context.faults, []);
});

test('a call for help does not wait for what hangs', async () => {
  const call = caller(demo, officer.cookie);
  const rings = async () =>
    (await call('GET', 'alarms?lane=true')).json.items.filter((one) => one.cause === 'help').length;
  const before = await rings();
  let tries = 0;
  const asked = page.waitForRequest('**/api/v1/lone-guards');
  await page.route('**/api/v1/lone-guards', () => {}); // never answered
  await asked;
  await page.route('**/api/v1/guards/help', (route) => (tries++ ? route.continue() : route.abort()));
  const sent = page.waitForResponse('**/api/v1/guards/help');
  const button = page.getByRole('button', { name: /HELP/ });
  await button.dispatchEvent('pointerdown');
  await sent;
  await button.dispatchEvent('pointerup');
  await page.getByText(/call for help .* has arrived/).waitFor();
  assert.equal(await rings(), before + 1);
  assert.equal(tries, 2);
});

test('the words of every language are there', async () => {
  for (const language of ['fr', 'ar']) {
    const other = await openWindow(browser, demo, { ...SCREEN, cookie: patrol.cookie, language });
    const phone = await other.newPage();
    await phone.goto(`${demo.url}/phone.html`);
    await phone.locator('.visits, #enlist').first().waitFor();
    assert.ok(!(await phone.locator('body').innerText()).includes('⟦'));
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 390, `${wide} pixels`);
    await other.close();
  }
});
