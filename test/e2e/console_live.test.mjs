// Whether the console ever shows old data as if it were new.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { caller, enrol, openWindow, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, officer;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
});
after(async () => {
  await browser?.close();
  await demo?.stop('SIGKILL');
});

const state = (page, wanted) =>
  page.locator(`[data-line="${wanted}"]`).waitFor({ state: 'attached' });

test('an event is on the screen of everybody who may know it, without asking', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie });
  const page = await context.newPage();
  await visit(page, demo, '/agencies');
  await state(page, 'live');
  const call = caller(demo, officer.cookie);
  const made = await call('POST', 'agencies', { label: 'TLP:GREEN', name: 'Harbour Pilots' });
  assert.equal(made.status, 201);
  await page.locator('.fresh').click();
  await page.getByRole('link', { name: 'Harbour Pilots' }).waitFor();
  await context.close();
});

test('two pages of one browser have one connection, and it outlives the page that has it', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie });
  const open = new Set();
  context.on('request', (request) => {
    if (request.url().includes('/api/v1/live')) open.add(request);
  });
  const first = await context.newPage();
  await visit(first, demo, '/');
  await state(first, 'live');
  const second = await context.newPage();
  await visit(second, demo, '/agencies');
  await state(second, 'live');
  assert.equal(open.size, 1);
  const taken = second.waitForRequest((request) => request.url().includes('/api/v1/live'));
  await first.close();
  await taken;
  await state(second, 'live');
  const call = caller(demo, officer.cookie);
  await call('POST', 'agencies', { label: 'TLP:GREEN', name: 'Customs House' });
  await second.locator('.fresh').click();
  await second.getByRole('link', { name: 'Customs House' }).waitFor();
  assert.equal(open.size, 2);
  await context.close();
});

test('silence is shown as stale in time, and everywhere on the page', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie });
  const page = await context.newPage();
  await visit(page, demo, '/sites');
  await state(page, 'live');
  demo.child.kill('SIGSTOP');
  try {
    const band = page.locator('.stale');
    await band.waitFor();
    assert.match(await band.innerText(), /STALE.*\d\d:\d\d:\d\dZ/s);
    const box = await band.boundingBox();
    assert.equal(box.width, 1440);
    const style = await page
      .locator('main')
      .evaluate((main) => getComputedStyle(main).outlineStyle);
    assert.equal(style, 'dashed');
  } finally {
    demo.child.kill('SIGCONT');
  }
  await state(page, 'live');
  await page.locator('.stale').waitFor({ state: 'detached' });
  await context.close();
});

test('a server that is gone is shown as offline', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie });
  const page = await context.newPage();
  await visit(page, demo, '/sites');
  await state(page, 'live');
  await demo.stop('SIGKILL');
  await page.locator('.offline').waitFor();
  await state(page, 'offline');
  await context.close();
});
