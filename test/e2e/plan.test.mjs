// The plan: an alarm's place is shown on its site and storey, what is drawn nowhere is listed with its state, and a
// plan is clear only when it is.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { axe, caller, enrol, openWindow, settled, startBrowser, startDemo } from './lib.mjs';

let demo, browser, guard, officer, desk, call, ask;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  guard = await enrol(demo, 'post-one');
  officer = await enrol(demo, 'officer');
  desk = await enrol(demo, 'desk');
  call = caller(demo, guard.cookie);
  ask = caller(demo, officer.cookie);
});
after(async () => {
  await browser?.close();
  await demo?.stop('SIGKILL');
});

const good = (answer) => {
  assert.ok(answer.status < 300, answer.text);
  return answer.json;
};
const signals = async (...items) =>
  good(
    await call(
      'POST',
      'signals',
      items.map((one) => ({ priority: 'high', code_system: 'test', text: 'Said', ...one })),
    ),
  );
const heard = (...sources) =>
  signals(...sources.map((source) => ({ source, kind: 'status', priority: 'note' })));
const forced = { source: '#1234', kind: 'access', code: 'DF', zone: '2' };
const newSource = async (identity, zone) =>
  good(
    await ask('POST', 'sources', {
      label: 'TLP:GREEN', name: identity, kind: 'sensor', identity, zone, heartbeat_ms: 600000,
    }),
  );

/** Each test begins with nothing that stands. */
beforeEach(async () => {
  for (const { id, lane } of good(await call('GET', 'alarms?limit=500')).items)
    good(
      await call('POST', `alarms/${id}/end`, {
        why: 'before the next test',
        disposition: 'test',
        ...(lane ? { word_of: 'The test itself' } : {}),
      }),
    );
});

async function open(address, options = {}) {
  const context = await openWindow(browser, demo, { cookie: guard.cookie, ...options });
  const page = await context.newPage();
  await page.goto(demo.url + address);
  await page.locator('[data-line="live"]').waitFor();
  await settled(page);
  return { context, page };
}
async function done({ context }) {
  assert.deepEqual(context.faults, []);
  await context.close();
}
const button = (page, name, more = {}) => page.getByRole('button', { name, exact: true, ...more });

test('a forced door on the third floor: Post One shows the third floor, and the zone in alarm', async () => {
  const window = await open('/post-one');
  const { page } = window;
  await signals(forced);
  await button(page, 'Floor 3: alarm', { pressed: true }).waitFor();
  const zone = button(page, 'Registry: alarm', { pressed: true });
  await zone.waitFor();
  assert.match(await zone.locator('path.ground').getAttribute('fill'), /-alarm\)$/);
  await button(page, 'Chancery compound: alarm', { pressed: true }).waitFor();

  // Whoever looks elsewhere still sees where it stands; Enter on the alarm goes back there.
  await page.getByRole('button', { name: /^Ground floor:/ }).click();
  await page.locator('[data-zone="grounds"]').waitFor();
  await button(page, 'Floor 3: alarm', { pressed: false }).waitFor();
  await page.getByRole('button', { name: /^Residence:/ }).click();
  await page.locator('[data-zone="res-garden"]').waitFor();
  await button(page, 'Chancery compound: alarm', { pressed: false }).waitFor();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('Enter');
  await zone.waitFor();
  await done(window);
});

test('an alarm of another site: its site and storey are gone to', async () => {
  const window = await open('/post-one');
  const { page } = window;
  await signals(forced);
  await button(page, 'Registry: alarm').waitFor();
  await signals({ source: '#2200', kind: 'access', code: 'DL', zone: '1', priority: 'medium' });
  await page.locator('.queue .line', { hasText: 'Door held open' }).click();
  await button(page, 'Consular annex: alarm', { pressed: true }).waitFor();
  await button(page, 'Floor 1: alarm', { pressed: true }).waitFor();
  await button(page, 'Passport store: alarm', { pressed: true }).waitFor();
  await done(window);
});

test('a plan without an alarm is clear where all that watches it is well, and says so', async () => {
  await newSource('hall-1', 'con-hall');
  await newSource('counter-1', 'con-counters');
  await heard('hall-1', 'counter-1', '#2200');
  const window = await open('/compound/consular');
  const { page } = window;
  await button(page, 'Consular annex: clear', { pressed: true }).waitFor();
  await button(page, 'Ground floor: clear', { pressed: true }).waitFor();
  await button(page, 'Floor 1: clear').waitFor();
  await button(page, 'Waiting hall: clear').waitFor();
  assert.equal(await page.getByRole('region', { name: 'Not drawn:' }).count(), 0);
  await done(window);
});

test('every zone of the demonstration is drawn or listed, on each site', async () => {
  const { items } = good(await call('GET', 'zones?limit=500'));
  for (const site of ['chancery', 'residence', 'consular', 'housing']) {
    const window = await open(`/compound/${site}`);
    const { page } = window;
    const shown = new Set();
    const look = async () => {
      const texts = await page
        .locator('.drawing .zone, .undrawn .line')
        .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? one.textContent));
      for (const text of texts) shown.add(text);
    };
    await page.locator('.drawing .zone, .undrawn .line').first().waitFor();
    for (const storey of await page.locator('.rail button').all()) {
      await storey.click();
      await page.locator('.drawing .zone').first().waitFor();
      await look();
    }
    await look();
    for (const { record } of items.filter((one) => one.record.site === site))
      assert.ok([...shown].some((text) => text.includes(record.name)), `${site}: ${record.name}`);
    await done(window);
  }
});

test('by keyboard alone: into the plan, from zone to zone, chosen, nearer and back', async () => {
  const window = await open('/compound/chancery');
  const { page } = window;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-zone') ?? '');
  await page.getByRole('button', { name: /^Floor 3/ }).focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-zone="registry"]').waitFor();
  for (let i = 0; i < 9 && (await focused()) === ''; i++) await page.keyboard.press('Tab');
  const around = new Set([await focused()]);
  for (const key of ['ArrowUp', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowLeft']) {
    await page.keyboard.press(key);
    around.add(await focused());
  }
  assert.deepEqual([...around].sort(), ['comms', 'head-office', 'registry']);
  await page.keyboard.press('Enter');
  const zone = await focused();
  await page.locator(`[data-zone="${zone}"][aria-pressed="true"]`).waitFor();
  await page.locator('.about').waitFor();
  const wide = () => page.locator(`[data-zone="${zone}"]`).evaluate((one) => one.getBBox().width);
  const before = await wide();
  await page.keyboard.press('+');
  await page.waitForFunction(
    ([id, width]) => document.querySelector(`[data-zone="${id}"]`).getBBox().width > 1.2 * width,
    [zone, before],
  );
  await page.keyboard.press('0');
  await button(page, 'The whole storey', { disabled: true }).waitFor();
  await done(window);
});

test('a zone’s page and a site’s page have their part of the plan, kept up to date', async () => {
  const window = await open('/zones/registry');
  const { page } = window;
  await page.locator('[data-zone="registry"]').waitFor();
  await signals(forced);
  await button(page, 'Registry: alarm', { pressed: true }).waitFor();
  await page.getByRole('link', { name: 'Open the plan' }).click();
  await button(page, 'Floor 3: alarm', { pressed: true }).waitFor();
  await button(page, 'Registry: alarm', { pressed: true }).waitFor();
  await page.goto(`${demo.url}/sites/chancery`);
  await button(page, 'Floor 3: alarm', { pressed: true }).waitFor();
  await done(window);
});

test('whoever may not know how zones are is told so, and is shown no state', async () => {
  const window = await open('/compound/chancery', { cookie: desk.cookie });
  const { page } = window;
  await page.getByText('How the zones are is not yours to see').waitFor();
  assert.equal(await page.locator('.plan .glyph').count(), 0);
  await done(window);
});

test('Post One loads no map of the world until it is asked for, and less than 500 KB', async () => {
  const context = await openWindow(browser, demo, { cookie: guard.cookie });
  const page = await context.newPage();
  const loaded = new Map();
  page.on('requestfinished', async (request) => {
    const path = new URL(request.url()).pathname;
    const { responseBodySize } = await request.sizes();
    loaded.set(path, responseBodySize);
  });
  await page.goto(`${demo.url}/post-one`);
  await page.locator('[data-line="live"]').waitFor();
  await page.locator('.plan .zone').first().waitFor();
  await page.waitForLoadState('load');
  const ofMap = () => [...loaded.keys()].filter((path) => /maplibre|countries|World-/.test(path));
  const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0);
  assert.deepEqual(ofMap(), []);
  assert.ok(loaded.size > 10 && bytes < 500_000, `${bytes} bytes`);
  await page.keyboard.press('w');
  await page.locator('.map[data-idle="true"]').waitFor();
  assert.ok(ofMap().length > 0);
  await context.close();
});

test('axe finds nothing in the plan; on paper it is light, whatever the theme', async () => {
  await signals(forced, { source: 'button-visa', kind: 'duress', priority: 'urgent' });
  for (const [language, theme] of [['en', 'light'], ['ar', 'night'], ['fr', 'dark']]) {
    const window = await open('/compound/chancery', { language, theme });
    const { page } = window;
    const found = [];
    const look = async (name) => {
      for (const one of await axe(page)) found.push(`${name}: ${one}`);
      const unnamed = (await page.locator('body').innerText()).match(/⟦[^⟧]*⟧/g) ?? [];
      for (const one of new Set(unnamed)) found.push(`${name}: no message for ${one}`);
    };
    for (const storey of await page.locator('.rail button').all()) {
      await storey.click();
      await page.locator('.drawing .zone').first().press('Enter');
      await page.locator('.about').waitFor();
      await look('a storey');
    }
    for (const address of ['/compound/housing', '/zones/registry', '/sites/chancery']) {
      await page.goto(demo.url + address);
      await page.locator('.drawing .zone, .undrawn .line').first().waitFor();
      await look(address);
    }
    await page.emulateMedia({ media: 'print' });
    const ink = await page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue('--panel').trim(),
    );
    assert.equal(ink, '#fbfcfd');
    assert.deepEqual(found, []);
    await done(window);
  }
});

test('what is drawn nowhere is listed above the plan with its state', async () => {
  const zone = good(
    await ask('POST', 'zones', {
      label: 'TLP:GREEN', site: 'chancery', building: 'main', name: 'Roof plant', kind: 'utility', floor: 4,
    }),
  );
  await newSource('roof-hatch', zone.id);
  await heard('roof-hatch');
  const window = await open('/compound/chancery');
  const { page } = window;
  const list = page.getByRole('region', { name: 'Not drawn:' });
  await list.getByRole('button', { name: /Roof plant — clear/ }).waitFor();
  await signals({ source: 'roof-hatch', kind: 'tamper', zone: 'hatch' });
  await list.getByRole('button', { name: /Roof plant — alarm/ }).waitFor();
  await button(page, 'Floor 4: alarm').waitFor();
  await button(page, 'Chancery compound: alarm').waitFor();
  await button(page, 'Floor 4: alarm').click();
  await page.getByText('This storey has not been drawn.').waitFor();
  assert.deepEqual(await axe(page), []);
  await done(window);

  const post = await open('/post-one');
  await post.page.getByRole('button', { name: /Roof plant — alarm/, pressed: true }).waitFor();
  await button(post.page, 'Floor 4: alarm', { pressed: true }).waitFor();
  await done(post);

  // Of a site without any drawing the list is the plan.
  const housing = await open('/compound/housing');
  await housing.page.getByRole('button', { name: /Entry and stairs — unknown/ }).waitFor();
  await done(housing);
});
