// What the page of a record and a list of records say of how things are: a zone with what stands in it, a
// source, what refers to a record, what happened to it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, caller, enrol, openWindow, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, officer, call, context, page, alarm;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
  call = caller(demo, officer.cookie);
  context = await openWindow(browser, demo, { cookie: officer.cookie });
  page = await context.newPage();
  const items = [
    { source: 'button-visa', kind: 'duress', priority: 'urgent', text: 'Panic button', code: 'panic' },
  ].map((one) => ({ code_system: 'test', ...one }));
  const answer = await call('POST', 'signals', { items });
  assert.equal(answer.status, 200, answer.text);
  alarm = answer.json.items[0].alarm;
});
after(async () => {
  await browser?.close();
  await demo?.stop('SIGKILL');
});

const panel = (title) =>
  page.locator('main section.panel', { has: page.getByRole('heading', { name: title, exact: true }) });

test('a zone says that an alarm stands in it, and leads to it; it is armed before one’s eyes', async () => {
  await visit(page, demo, '/zones/visa-hall');
  const state = panel('Condition');
  await state.getByText('duress', { exact: true }).waitFor();
  const link = state.getByRole('link', { name: /panic|duress/i });
  assert.equal(await link.getAttribute('href'), `/post-one?alarm=${encodeURIComponent(alarm)}`);
  await state.getByText('Not armed').waitFor();
  assert.equal((await call('POST', 'zones/visa-hall/arm', { accept: true, why: 'for the test' })).status, 200);
  await state.getByText(/^Armed for/).waitFor();
  assert.deepEqual(await axe(page), []);
});

test('what refers to a record stands beside it, and leads to the list of all of it', async () => {
  await visit(page, demo, '/zones/visa-hall');
  const related = panel('Related');
  await related.getByRole('link', { name: 'Panic button, public hall', exact: true }).first().waitFor();
  await related.getByRole('link', { name: 'Sources', exact: true }).click();
  await page.waitForURL((url) => url.pathname === '/sources' && url.search === '?zone=visa-hall');
  await page.locator('tr[data-row="0"]').waitFor();
  const { json } = await call('GET', 'sources?zone=visa-hall');
  assert.equal(await page.locator('tr[data-row]').count(), json.items.length);
});

test('a source says how it is; what is not set is not shown until it is asked for', async () => {
  await visit(page, demo, '/sources/button-visa');
  await panel('Condition').getByText('Healthy').waitFor();
  const details = panel('Details');
  assert.equal(await details.getByText('Make and model').count(), 0);
  await details.getByRole('button', { name: /empty field/ }).click();
  await details.getByText('Make and model').waitFor();
});

test('a state has its time and its author; what ends a record stands last, in a menu', async () => {
  const task = { label: 'TLP:GREEN', title: 'Change the lock' };
  const made = await call('POST', 'tasks', task);
  assert.equal(made.status, 201, made.text);
  await visit(page, demo, `/tasks/${made.headers.get('location').split('/').pop()}`);
  await panel('State').getByText('Open', { exact: true }).waitFor();
  await panel('State').locator('time').waitFor();
  const actions = page.locator('main header .row').first();
  assert.ok((await actions.locator('> .button').count()) <= 2);
  await actions.getByRole('button', { name: 'More' }).click();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('ArrowDown');
  assert.ok(await page.evaluate(() => document.activeElement?.closest('.items') !== null));
  await page.keyboard.press('Escape');
  assert.equal(await actions.locator('.items').count(), 0);
});

test('history is told by days, and what happened by itself is folded', async () => {
  const made = await call('POST', 'sites', { label: 'TLP:GREEN', name: 'Told', kind: 'annex' });
  const id = made.headers.get('location').split('/').pop();
  const changed = { label: 'TLP:GREEN', name: 'Told anew', kind: 'annex' };
  assert.equal((await call('PUT', `sites/${id}`, changed)).status, 200);
  await visit(page, demo, `/sites/${id}`);
  const history = panel('History');
  await history.locator('li').nth(1).waitFor();
  assert.match(await history.locator('h3').innerText(), /\d{4}$/);
  assert.match(await history.locator('del').innerText(), /Told$/);
  await history.getByRole('link', { name: 'Proof' }).first().waitFor();
});

test('the list of sources says how each is; a row opens beside it, and the list stays', async () => {
  await visit(page, demo, '/sources');
  const row = page.locator('tr[data-row]', { hasText: 'Panic button, public hall' });
  await row.getByText('healthy').waitFor();
  await row.locator('.title').click();
  const sheet = page.locator('aside.panel');
  await sheet.getByText('Last heard').waitFor();
  assert.equal(new URL(page.url()).search, '?open=button-visa');
  assert.ok(await page.locator('tr[data-row]').first().isVisible());
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '');
  assert.ok(await row.locator('.title').evaluate((link) => link === document.activeElement));

  const narrow = await openWindow(browser, demo, {
    cookie: officer.cookie,
    viewport: { width: 800, height: 900 },
  });
  const other = await narrow.newPage();
  await visit(other, demo, '/sources');
  await other.locator('tr[data-row]', { hasText: 'public hall' }).locator('.title').click();
  await other.waitForURL((url) => url.pathname === '/sources/button-visa');
  assert.deepEqual(narrow.faults, []);
  await narrow.close();
});

test('the list of zones says in which one an alarm stands', async () => {
  await visit(page, demo, '/zones');
  const row = page.locator('tr[data-row]', { hasText: 'Public hall' });
  await row.getByText('duress').waitFor();
  await row.getByText('armed', { exact: true }).waitFor();
});

test('alarms are a list of their own, with views that stand in the address', async () => {
  await visit(page, demo, '/alarms');
  const row = page.locator('tr[data-row]', { hasText: 'Panic button' });
  await row.getByText('to be answered').waitFor();
  await page.getByRole('button', { name: 'To answer', exact: true }).click();
  await page.waitForURL((url) => url.searchParams.get('state.in') === 'unacknowledged,returned');
  await row.waitFor();
  await page.getByRole('button', { name: 'Put aside', exact: true }).click();
  await page.getByText('Nothing matches.').waitFor();
  await page.reload();
  await page.getByText('Nothing matches.').waitFor();
  const view = page.getByRole('button', { name: 'Put aside', exact: true });
  assert.equal(await view.getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await row.locator('.title').click();
  const sheet = page.locator('aside.panel');
  await sheet.getByRole('link', { name: 'Public hall', exact: true }).waitFor();
  const link = sheet.getByRole('link', { name: 'Open in Post One' });
  assert.equal(await link.getAttribute('href'), `/post-one?alarm=${encodeURIComponent(alarm)}`);
  assert.deepEqual(await axe(page), []);
});

test('a condition of several values is chosen, shown and asked', async () => {
  await visit(page, demo, '/sources');
  await page.getByRole('button', { name: 'Add a condition' }).click();
  const builder = page.locator('form.builder');
  await builder.locator('select').first().selectOption({ label: 'Kind' });
  await builder.locator('select').nth(1).selectOption({ label: 'is one of' });
  await builder.getByLabel('Camera').check();
  await builder.getByLabel('Network').check();
  await builder.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL((url) => url.searchParams.get('kind.in') === 'camera,network');
  await page.getByText('Camera, Network').waitFor();
  const { json } = await call('GET', 'sources?kind.in=camera,network');
  await page.locator(`tr[data-row="${json.items.length - 1}"]`).waitFor();
  assert.equal(await page.locator('tr[data-row]').count(), json.items.length);
});

test('signals, gaps and hand-overs are places of the menu', async () => {
  await visit(page, demo, '/');
  const menu = page.locator('nav', { has: page.getByRole('link', { name: 'Situation' }) }).first();
  await menu.getByRole('link', { name: 'Signals' }).click();
  await page.locator('tr[data-row]', { hasText: 'Panic button' }).first().waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('q');
  await page.getByRole('heading', { name: 'Gaps in coverage' }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await page.getByRole('heading', { name: 'Hand-overs' }).waitFor();
  await page.getByText('There is nothing here yet.').waitFor();
});

test('what is not one’s own to see says so, and what failed can be tried again', async () => {
  const answer = (status) => (route) =>
    route.fulfill({ status, contentType: 'application/problem+json', body: `{"status":${status}}` });
  await page.route('**/api/v1/persons?*', answer(403));
  await page.goto(`${demo.url}/persons`);
  await page.getByText('This is not yours to see').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
  assert.equal(await page.getByText('There is nothing here yet.').count(), 0);
  assert.deepEqual(await axe(page), []);
  await page.unroute('**/api/v1/persons?*');
  await page.route('**/api/v1/persons?*', answer(500));
  await page.goto(`${demo.url}/persons`);
  const again = page.getByRole('button', { name: 'Try again' });
  await again.waitFor();
  await page.unroute('**/api/v1/persons?*');
  await again.click();
  await page.locator('tr[data-row]').first().waitFor();
});

test('nothing came from elsewhere, and the policy had nothing to refuse', () => {
  assert.deepEqual(context.faults, []);
});
