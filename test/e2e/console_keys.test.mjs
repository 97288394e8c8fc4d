// The console with the keyboard alone, as a guard at the control post has it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { enrol, openWindow, PASSWORD, startBrowser, startDemo, totp, visit } from './lib.mjs';

let demo, browser, officer;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Press Tab until what has the focus matches; gives how many it took. */
async function tabTo(page, selector, most = 60) {
  for (let i = 1; i <= most; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector))
      return i;
  }
  throw new Error(`${selector} is not reached by Tab`);
}
const address = (page) => new URL(page.url()).pathname;

test('from the door to a changed record, and back, without a pointer', async () => {
  const context = await openWindow(browser, demo, {});
  const page = await context.newPage();
  await visit(page, demo, '/sites');
  await tabTo(page, '.ways button');
  await page.keyboard.press('Enter');
  await tabTo(page, 'input[autocomplete="username"]');
  await page.keyboard.type(officer.login);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Tab');
  // Each code works once, and enrolling used this half minute's.
  await page.keyboard.type(totp(officer.secret, Date.now() + 30000));
  await page.keyboard.press('Enter');

  await page.locator('tr[data-row="1"]').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  const chosen = await page.evaluate(() => document.activeElement?.textContent?.trim());
  await page.keyboard.press('Enter');
  await page.locator('aside.panel').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('#history').waitFor();
  assert.equal(await page.locator('h1').innerText(), chosen);

  await page.keyboard.press('e');
  await page.locator('form').waitFor();
  await tabTo(page, 'textarea');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('Written by key alone.');
  await page.keyboard.press('Control+s');
  await page.locator('#history').waitFor();
  await page.getByText('Written by key alone.').first().waitFor();
  await page.locator('ins', { hasText: 'Written by key alone.' }).waitFor();
  await page.keyboard.press('u');
  await page.locator('tr[data-row]').first().waitFor();
  assert.equal(address(page), '/sites');
  assert.deepEqual(context.faults, []);
  await context.close();
});

test('every place by "g" and its letter, as the map of keys says', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie, language: 'ar' });
  const page = await context.newPage();
  await visit(page, demo, '/');
  const places = await page.$$eval('nav li a', (links) =>
    links.map((link) => [link.querySelector('.letter')?.textContent, link.getAttribute('href')]),
  );
  assert.ok(places.length > 10);
  for (const [letter, wanted] of places) {
    if (wanted === '/phone.html') continue; // not of the console: it is opened on a phone
    assert.ok(letter, `${wanted} has a letter`);
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await page.waitForURL((url) => url.pathname === wanted);
    await page.locator('main h1, main h2').first().waitFor();
  }
  await context.close();
});

test('search finds a record and goes to it', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie });
  const page = await context.newPage();
  await visit(page, demo, '/sites');
  const name = await page.locator('.title').first().innerText();
  await visit(page, demo, '/');
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await page.locator('[role="option"]', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('h1', { hasText: name }).waitFor();
  await context.close();
});

test('letters do nothing while typing, and can be switched off', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie });
  const page = await context.newPage();
  await visit(page, demo, '/sites');
  await page.locator('.words').focus();
  await page.keyboard.type('g l?');
  assert.equal(await page.locator('dialog').count(), 0);
  assert.equal(address(page), '/sites');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.locator('dialog .letters input').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  assert.equal(await page.locator('dialog').count(), 0);
  await context.close();
});

test('what has the focus is always seen, and never under what is fixed', async () => {
  const context = await openWindow(browser, demo, { cookie: officer.cookie });
  const page = await context.newPage();
  await visit(page, demo, '/persons/new');
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const hidden = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body || at.classList.contains('skip')) return '';
      const box = at.getBoundingClientRect();
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return top && (at.contains(top) || top.contains(at) || top.closest('label'))
        ? ''
        : at.outerHTML.slice(0, 120);
    });
    assert.equal(hidden, '', `after ${i + 1} steps`);
  }
  await context.close();
});
