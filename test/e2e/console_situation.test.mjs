// The Situation and the head of every page: what stands is told to whoever may know it, and nothing is
// told that is not known; duress is on every page, whatever is open over it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, caller, enrol, openWindow, settled, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, officer, guard, desk, call;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
  guard = await enrol(demo, 'post-one');
  desk = await enrol(demo, 'desk');
  call = caller(demo, officer.cookie);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const signal = (more) => ({ code_system: 'test', ...more });
async function take(...items) {
  const answer = await call('POST', 'signals', { items: items.map(signal) });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.items.map((item) => item.alarm);
}
const duress = () =>
  take({ source: 'button-visa', kind: 'duress', priority: 'urgent', text: 'Panic button', code: 'panic' });

/** A window of somebody at an address; `route` may hold answers back before the page is asked for. */
async function at(who, address, { route, ...options } = {}) {
  const context = await openWindow(browser, demo, { cookie: who.cookie, ...options });
  const page = await context.newPage();
  if (route) await route(page);
  return { context, page, go: () => visit(page, demo, address) };
}

/** Holds what is asked for at these addresses until it is let go. */
function holding(pattern) {
  let release;
  const free = new Promise((resolve) => (release = resolve));
  const route = (page) =>
    page.route(pattern, async (held) => {
      await free;
      await held.continue().catch(() => {});
    });
  return { route, release };
}

test('nothing is said before the answer has come, and not for want of a right', async () => {
  const held = holding('**/api/v1/watch/queue');
  const { context, page } = await at(officer, '/', { route: held.route });
  await page.goto(`${demo.url}/`);
  const card = page.locator('section', { has: page.getByRole('heading', { name: 'To answer' }) });
  await card.waitFor();
  assert.equal(await card.getAttribute('aria-busy'), 'true');
  for (const words of ['No alarm', 'Every alarm is answered', '0 to answer'])
    assert.equal(await page.getByText(words).count(), 0, words);
  held.release();
  await page.getByText('Every alarm is answered.').waitFor();
  await page.getByText('0 to answer').waitFor();
  await context.close();

  const reception = await at(desk, '/');
  await reception.go();
  const seen = await reception.page.locator('#main').innerText();
  for (const words of ['To answer', 'No alarm', 'Every alarm', 'Nobody has done'])
    assert.ok(!seen.includes(words), `reception is told "${words}": ${seen}`);
  await reception.context.close();
});

test('what happens while the line is being opened is heard', async () => {
  const held = holding('**/api/v1/live*');
  const { context, page, go } = await at(officer, '/', { route: held.route });
  await go();
  await page.getByText('0 to answer').waitFor();
  const [alarm] = await take({
    source: 'fence-north', kind: 'tamper', priority: 'high', text: 'Vibration', code: 'vibration',
  });
  held.release();
  await page.getByText('1 to answer').waitFor();
  await page.getByText('One alarm unanswered').waitFor();
  await call('POST', `alarms/${alarm}/acknowledge`, { why: 'A branch.', disposition: 'nuisance' });
  await page.getByText('0 to answer').waitFor();
  await context.close();
});

test('duress stands on every page, in its title, and over whatever is opened', async () => {
  const { context, page, go } = await at(officer, '/zones/comms');
  await go();
  const [alarm] = await duress();
  const lane = page.locator('.masthead').getByRole('list', { name: 'Duress' });
  await lane.waitFor();
  for (const address of ['/', '/zones', '/zones/comms', '/me', '/ledger', '/tripwires', '/set-up/now', '/post-one']) {
    await visit(page, demo, address);
    await lane.getByText('Public hall').first().waitFor();
    await page.waitForFunction(() => document.title.startsWith('(1) '));
  }
  await visit(page, demo, '/zones/comms');
  for (const open of ['?', '/']) {
    await page.keyboard.press(open);
    await page.locator('dialog').waitFor();
    const box = await lane.boundingBox();
    const top = await page.evaluate(
      ([x, y]) => document.elementFromPoint(x, y)?.closest('.masthead') !== null,
      [box.x + box.width / 2, box.y + box.height / 2],
    );
    assert.ok(top, `what "${open}" opens covers duress`);
    const faults = (await axe(page)).filter((one) => one.includes('.lane'));
    assert.deepEqual(faults, []);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  // Chosen in the head, it is opened where it can be answered.
  await lane.getByRole('button').click();
  await page.waitForURL('**/post-one');
  await page.locator('.now').getByText('Panic button, public hall').first().waitFor();
  await call('POST', `alarms/${alarm}/end`, {
    why: 'An exercise of the clerk.', disposition: 'mistake', word_of: 'Aino Benali',
  });
  await lane.waitFor({ state: 'detached' });
  await context.close();
});

test('letters typed before a page is ready do nothing, and a space bar chooses nothing', async () => {
  const held = holding('**/api/v1/zones/comms');
  const { context, page } = await at(officer, '/zones/comms', { route: held.route });
  await page.goto(`${demo.url}/zones/comms`);
  await page.locator('main .opening').waitFor();
  await page.keyboard.type('geu');
  held.release();
  await page.getByRole('heading', { name: 'Communications' }).waitFor();
  await settled(page);
  assert.match(page.url(), /\/zones\/comms$/);

  const [alarm] = await take({
    source: 'fence-north', kind: 'tamper', priority: 'high', text: 'Vibration', code: 'vibration',
  });
  await visit(page, demo, `/post-one?alarm=${alarm}`);
  await page.locator('.now').getByText('Vibration').first().waitFor();
  await page.keyboard.press('e');
  await page.locator('dialog').waitFor();
  await page.keyboard.type('Registry ');
  assert.equal(await page.locator('dialog input[type=radio]:checked').count(), 0);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await call('POST', `alarms/${alarm}/end`, { why: 'A branch.', disposition: 'nuisance' });
  await context.close();
});

test('the menu is by job, and its letters are the same for everybody', async () => {
  const seen = [];
  for (const who of [officer, guard, desk]) {
    const { context, page, go } = await at(who, '/me');
    await go();
    const groups = await page.$$eval('nav [role=group]', (all) =>
      all.map((one) => [
        one.querySelector('h2').innerText,
        [...one.querySelectorAll('li a')].map((line) => [
          line.getAttribute('href'),
          line.querySelector('.letter')?.textContent ?? '',
        ]),
      ]),
    );
    assert.ok(groups.length <= 7, `${groups.length} groups`);
    for (const [name, lines] of groups) assert.ok(lines.length <= 5, `${name}: ${lines.length}`);
    seen.push(new Map(groups.flatMap(([, lines]) => lines)));
    await context.close();
  }
  const [all, ...others] = seen;
  for (const lines of others)
    for (const [address, letter] of lines) assert.equal(letter, all.get(address), address);
  const letters = [...all.values()].filter((one) => one !== '');
  assert.equal(new Set(letters).size, letters.length, 'two lines have one letter');
});

test('whoever signs in begins where their work is', async () => {
  const first = await at(guard, '/');
  await first.page.goto(`${demo.url}/`);
  await first.page.waitForURL('**/post-one');
  await first.page.getByRole('button', { name: 'Menu' }).click();
  await first.page.getByRole('link', { name: 'Situation' }).click();
  await first.page.locator('.sentence').waitFor();
  await first.context.close();
});

test('the level is assessed by hand, explained to everybody, and never shown as known without', async () => {
  const { context, page, go } = await at(officer, '/');
  await go();
  const head = page.locator('details.level');
  await head.getByText('not assessed', { exact: true }).waitFor();
  await head.locator('summary').click();
  await head.getByText('Not assessed does not mean safe').waitFor();
  await head.getByRole('link', { name: 'Assess the level' }).click();
  await page.waitForURL('**/levels/new');
  await context.close();
  const until = new Date(Date.now() + 7 * 86_400_000).toISOString();
  const level = { label: 'TLP:GREEN', level: 'substantial', why: 'Crowds at the gate.', until };
  assert.equal((await call('POST', 'levels', level)).status, 201);
  for (const who of [guard, desk]) {
    const other = await at(who, '/me');
    await other.go();
    await other.page.locator('details.level summary').getByText('4 Substantial').click();
    await other.page.locator('details.level').getByText('Crowds at the gate.').waitFor();
    assert.equal(await other.page.getByRole('link', { name: 'Assess the level' }).count(), 0);
    await other.context.close();
  }
  assert.equal((await caller(demo, guard.cookie)('POST', 'levels', level)).status, 403);
});
