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
  await related.getByRole('link', { name: 'Panic button, public hall' }).waitFor();
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

test('nothing came from elsewhere, and the policy had nothing to refuse', () => {
  assert.deepEqual(context.faults, []);
});
