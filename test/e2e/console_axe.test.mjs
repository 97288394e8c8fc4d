// Every page, in both directions and in every theme, without anything that axe can find.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  allPages,
  axe,
  caller,
  enrol,
  openWindow,
  settled,
  signInAgain,
  startBrowser,
  startDemo,
  visit,
} from './lib.mjs';

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

const looks = [
  ['en', 'light'],
  ['en', 'dark'],
  ['en', 'night'],
  ['ar', 'light'],
  ['ar', 'dark'],
  ['fr', 'light'],
];

for (const [language, theme] of looks) {
  test(`axe finds nothing: ${language}, ${theme}`, async () => {
    const context = await openWindow(browser, demo, { cookie: officer.cookie, language, theme });
    const page = await context.newPage();
    const found = [];
    for (const [name, address] of Object.entries(await allPages(caller(demo, officer.cookie)))) {
      await visit(page, demo, address);
      if (name === 'compound') await page.locator('.plan .zone').first().waitFor();
      for (const one of await axe(page)) found.push(`${name}: ${one}`);
      const unnamed = (await page.locator('body').innerText()).match(/⟦[^⟧]*⟧/g) ?? [];
      for (const one of new Set(unnamed)) found.push(`${name}: no message for ${one}`);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(context.faults, []);
    await context.close();
  });

  test(`axe finds nothing in what opens over a page: ${language}, ${theme}`, async () => {
    const cookie = await signInAgain(demo, officer.cookie);
    const context = await openWindow(browser, demo, { cookie, language, theme });
    const page = await context.newPage();
    const found = [];
    const look = async (name) => {
      for (const one of await axe(page)) found.push(`${name}: ${one}`);
    };
    await visit(page, demo, '/persons');
    for (const [key, name] of [
      ['?', 'keyboard map'],
      ['/', 'search'],
    ]) {
      await page.keyboard.press(key);
      await page.locator('dialog').waitFor();
      await look(name);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    }
    await page.locator('.head button').first().click();
    await look('columns');
    await page.keyboard.press('Escape');
    await page.locator('.filters > button').click();
    await look('conditions');
    await page.locator('details.me summary').click();
    await look('my card');
    await visit(page, demo, '/me');
    await page.locator('[aria-labelledby="other"] button').first().click();
    await page.locator('dialog svg[role="img"]').waitFor();
    await look('password');
    await page.keyboard.press('Escape');
    await page.locator('[aria-labelledby="tokens"] button').first().click();
    await look('token');
    assert.deepEqual(found, []);
    assert.deepEqual(context.faults, []);
    await context.close();
  });

  test(`axe finds nothing at the door: ${language}, ${theme}`, async () => {
    const context = await openWindow(browser, demo, { language, theme });
    const page = await context.newPage();
    await visit(page, demo, '/');
    const found = await axe(page);
    for (const way of [1, 0]) {
      await page.locator('.ways button').nth(way).click();
      found.push(...(await axe(page)));
    }
    await page.goto('about:blank');
    await visit(page, demo, `/enrol#${demo.links['desk']}`);
    await page.locator('main button').first().waitFor();
    found.push(...(await axe(page)));
    await page.locator('main .plain').click();
    await settled(page);
    found.push(...(await axe(page)));
    assert.deepEqual(found, []);
    await context.close();
  });
}

// A telephone; and a window of 1280 by 800 in which everything is twice as large.
for (const [what, viewport] of [
  ['a telephone', { width: 360, height: 760 }],
  ['a window at 200 %', { width: 640, height: 400 }],
])
  test(`${what} shows every page without scrolling sideways, and its head leaves room`, async () => {
    for (const language of ['en', 'ar']) {
      const context = await openWindow(browser, demo, { cookie: officer.cookie, language, viewport });
      const page = await context.newPage();
      for (const [name, address] of Object.entries(await allPages(caller(demo, officer.cookie)))) {
        await visit(page, demo, address);
        const { wide, room } = await page.evaluate(() => {
          const main = document.querySelector('main');
          return {
            wide:
              document.documentElement.scrollWidth > innerWidth ||
              main.scrollWidth > main.clientWidth,
            room: main.clientHeight / innerHeight,
          };
        });
        assert.ok(!wide, `${name} in ${language}`);
        assert.ok(room > 0.5, `${name} in ${language}: ${room} of the window is left`);
      }
      await context.close();
    }
  });
