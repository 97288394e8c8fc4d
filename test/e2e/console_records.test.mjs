// Records through the pages made from shapes: refusals at the field, a lost race, history,
// retiring.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import {
  axe,
  caller,
  enrol,
  giveDevice,
  openWindow,
  prove,
  settled,
  startBrowser,
  startDemo,
  visit,
} from './lib.mjs';

let demo, browser, officer, call, context, page;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
  call = caller(demo, officer.cookie);
  context = await openWindow(browser, demo, { cookie: officer.cookie });
  page = await context.newPage();
  await giveDevice(page, demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const field = (pointer) => page.locator(`[data-pointer="${pointer}"]`);
const newSite = (name, more = {}) =>
  call('POST', 'sites', { label: 'TLP:GREEN', name, kind: 'annex', ...more });
const idOf = (answer) => answer.headers.get('location').split('/').pop();

test('a refusal is shown at the field that it is about, and what was typed stays', async () => {
  await visit(page, demo, '/sites/new');
  await field('/note').locator('textarea').fill('Not lost');
  await page.getByRole('button', { name: 'Save' }).click();
  const wrong = page.locator('[aria-invalid="true"]').first();
  await wrong.waitFor();
  assert.ok(await wrong.evaluate((input) => input === document.activeElement));
  const described = await wrong.getAttribute('aria-describedby');
  assert.match(described ?? '', /wrong/);
  assert.equal(await field('/note').locator('textarea').inputValue(), 'Not lost');
});

test('a nested refusal is shown at the nested field', async () => {
  await visit(page, demo, '/persons/new');
  await field('/label').locator('select').selectOption('TLP:GREEN');
  await field('/name').locator('input').fill('Nested Person');
  await field('/category').locator('select').selectOption('staff');
  await field('/contacts').getByRole('button', { name: 'Add' }).last().click();
  await page.getByRole('button', { name: 'Save' }).click();
  await field('/contacts/0/kind').locator('[aria-invalid="true"]').waitFor();
});

test('a record is made, and every kind of value comes back as it was given', async () => {
  await visit(page, demo, '/sites/new');
  await field('/name').locator('input').fill('Annex "Ångström" ملحق');
  await field('/kind').locator('select').selectOption('annex');
  await field('/label').locator('select').selectOption('TLP:AMBER');
  await field('/address/street').locator('input').fill('Quay 7');
  await field('/place').locator('input').first().fill('60.1699, 24.9384');
  await field('/setback_cm').locator('input').fill('1250');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#history').waitFor();
  const id = new URL(page.url()).pathname.split('/').pop();
  const { json } = await call('GET', `sites/${id}`);
  assert.equal(json.record.name, 'Annex "Ångström" ملحق');
  assert.equal(json.record.label, 'TLP:AMBER');
  assert.deepEqual(json.record.place, { lat: 60.1699, lon: 24.9384 });
  assert.equal(json.record.setback_cm, 1250);
  assert.equal(json.record.address.street, 'Quay 7');
});

test('a file is attached, saved byte for byte, and removed with a reason', async () => {
  const id = idOf(await newSite('House with a plan'));
  await visit(page, demo, `/sites/${id}`);
  const files = page.locator('section', { has: page.locator('#files') });
  await files.getByText('No files.').waitFor();
  const bytes = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');
  const choose = files.locator('input[type=file]');
  await choose.setInputFiles({ name: 'emergency plan.pdf', mimeType: 'application/pdf', buffer: bytes });
  const link = files.getByRole('link', { name: 'emergency plan.pdf' });
  await link.waitFor();
  assert.deepEqual(await axe(page), []);
  const [saved] = await Promise.all([page.waitForEvent('download'), link.click()]);
  assert.equal(saved.suggestedFilename(), 'emergency plan.pdf');
  assert.deepEqual(await readFile(await saved.path()), bytes);

  // What it is, its bytes say, not its name.
  const foreign = { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('MZ\x90\x00 and so on') };
  await choose.setInputFiles(foreign);
  await files.getByRole('alert').waitFor();

  await files.getByRole('button', { name: 'Remove' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('textarea').fill('an old version');
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await prove(page);
  await files.getByText('an old version').waitFor();
  assert.deepEqual(await axe(page), []);
  assert.equal(await link.count(), 0);
});

test('a drawing goes through a form byte for byte', async () => {
  const site = idOf(await newSite('Byte house'));
  const drawing =
    '{"type":"FeatureCollection",  "features":[{"type":"Feature","properties":{"height":3.00},' +
    '"geometry":{"type":"Polygon","coordinates":[[[1.0,2.0],[1.50,2.0],[1.50,2.5],[1.0,2.0]]]}}]}';
  const made = await fetch(`${demo.url}/api/v1/plans`, {
    method: 'POST',
    headers: { 'X-Chancery': '1', 'Content-Type': 'application/json', cookie: officer.cookie },
    body: `{"label":"TLP:GREEN","site":"${site}","name":"Ground","drawing":${drawing}}`,
  });
  assert.equal(made.status, 201);
  const id = made.headers.get('location').split('/').pop();
  await visit(page, demo, `/plans/${id}/edit`);
  await field('/name').locator('input').fill('Ground floor');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#history').waitFor();
  const { text, json } = await call('GET', `plans/${id}`);
  assert.equal(json.record.name, 'Ground floor');
  assert.ok(text.includes(`"drawing":${drawing}`), text);
});

test('when somebody was faster both versions are shown, and nobody loses anything', async () => {
  const id = idOf(await newSite('Contested', { note: 'before' }));
  await visit(page, demo, `/sites/${id}/edit`);
  await field('/note').locator('textarea').fill('mine');
  const { json, headers } = await call('GET', `sites/${id}`);
  const theirs = { ...json.record, name: 'Contested, renamed', note: 'theirs' };
  assert.equal(
    (await call('PUT', `sites/${id}`, theirs, { 'If-Match': headers.get('etag') })).status,
    200,
  );
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#conflict').waitFor();
  const table = await page.locator('[aria-labelledby="conflict"] table').innerText();
  for (const word of ['before', 'theirs', 'mine', 'Contested, renamed'])
    assert.ok(table.includes(word), word);
  await page.getByRole('button', { name: 'Continue with the chosen values' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#history').waitFor();
  const after = (await call('GET', `sites/${id}`)).json.record;
  assert.equal(after.name, 'Contested, renamed');
  assert.equal(after.note, 'mine');
});

test('history shows each change and gives its proof', async () => {
  const id = idOf(await newSite('Proven', { setback_cm: 100 }));
  const { json } = await call('GET', `sites/${id}`);
  await call('PUT', `sites/${id}`, { ...json.record, setback_cm: 200 });
  await visit(page, demo, `/sites/${id}`);
  await page.locator('del', { hasText: '100' }).waitFor();
  await page.locator('ins', { hasText: '200' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Proof' }).first().click();
  assert.equal((await download).suggestedFilename().includes(String(json.seq + 1)), true);
});

test('retiring asks first, takes a reason, and keeps the history', async () => {
  const id = idOf(await newSite('Given up'));
  await visit(page, demo, `/sites/${id}`);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Retire' }).click();
  await page.locator('dialog textarea').fill('lease ended');
  await page.locator('dialog').getByRole('button', { name: 'Retire' }).click();
  await page.waitForURL((url) => url.pathname === '/sites');
  await page.locator('tr[data-row]').first().waitFor();
  assert.equal(await page.getByRole('link', { name: 'Given up' }).count(), 0);
  await page.getByLabel('Include retired').check();
  await page.getByRole('link', { name: 'Given up' }).waitFor();
  const { json } = await call('GET', `sites/${id}/history`);
  assert.equal(json.items.length, 2);
});

test('a list is filtered, sorted and saved as it is shown', async () => {
  await visit(page, demo, '/persons?category=guard&sort=name&order=desc');
  await page.locator('tr[data-row="0"]').waitFor();
  const names = await page.locator('tbody .title').allInnerTexts();
  const { json } = await call('GET', 'persons?category=guard&sort=name&order=desc&limit=100');
  assert.deepEqual(
    names,
    json.items.map((row) => row.record.name),
  );
  assert.ok(names.length > 0);
  const href = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
  const csv = await call('GET', href.replace('/api/v1/', ''));
  assert.equal(csv.text.trim().split('\r\n').length, names.length + 1);
});

test('the ledger is verified, and its checkpoint shown', async () => {
  await visit(page, demo, '/ledger');
  await page.getByRole('button', { name: 'Verify everything' }).click();
  const good = page.locator('.notice.good');
  await good.waitFor();
  const { json } = await call('GET', 'ledger');
  const root = json.checkpoint.split('\n')[2];
  assert.ok((await page.locator('pre').innerText()).includes(json.origin));
  assert.ok((await good.innerText()).length > 0 && root.length === 44);
});

test('a verification goes on while one is elsewhere, and is there when one comes back', async () => {
  await visit(page, demo, '/ledger');
  const asked = page.waitForResponse((r) => r.url().endsWith('/ledger/verify'));
  await page.getByRole('button', { name: 'Verify everything' }).click();
  assert.equal((await asked).status(), 202);
  await page.getByRole('link', { name: 'Situation' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'Situation' }).waitFor();
  await page.getByRole('link', { name: 'Ledger' }).first().click();
  const good = page.locator('.notice.good');
  await good.waitFor();
  await page.reload();
  await good.waitFor();
  const { json } = await call('GET', 'jobs');
  assert.equal(json.items.length, 1, 'the one before made room');
  assert.equal(json.items[0].state, 'done');
});

test('the ledger is asked by kind, person and time, and the address says so', async () => {
  await visit(page, demo, '/ledger');
  const rows = page.locator('section', { hasText: 'Entries' }).locator('tbody tr');
  await rows.first().waitFor();
  const add = async (field, choose) => {
    await page.getByRole('button', { name: '+ Add a condition' }).click();
    await page.getByLabel('Field').selectOption({ label: field });
    await choose();
    await page.getByRole('button', { name: 'Apply' }).click();
  };
  await add('Kind', () => page.getByLabel('Value').selectOption({ label: 'Site: added' }));
  await page.waitForURL(/\/ledger\?kind=site\.added$/);
  await settled(page);
  const sites = await rows.count();
  assert.ok(sites > 0);
  for (const text of await rows.allInnerTexts()) assert.match(text, /Site: added/);
  await visit(page, demo, '/ledger?kind=site.added&received.le=2001-01-01T00:00:00Z');
  await page.locator('.condition', { hasText: 'until' }).waitFor();
  await page.getByText('Nothing matches.').waitFor();
  await page.getByRole('button', { name: /^Remove the condition: .Received/ }).click();
  await rows.first().waitFor();
  await visit(page, demo, '/ledger?actor=nobody&drill=false');
  await page.getByText('Nothing matches.').waitFor();
  assert.equal(await page.locator('.condition').count(), 2);
  const { json } = await call('GET', 'ledger/events?kind=site.added');
  assert.equal(json.items.length, sites);
});

test('an account is given a link, and the link is good', async () => {
  await visit(page, demo, '/accounts/desk');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const question = page.getByRole('dialog', { name: 'Prove that it is you' });
  await question.waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Escape'); // without a proof, no link
  await page.getByText('Prove first that it is you').waitFor();
  await page.getByRole('button', { name: 'Make a link' }).click();
  await prove(page);
  const address = await page.locator('dialog code').innerText();
  assert.ok(address.startsWith(`${demo.url}/enrol#`));
  const link = address.split('#')[1];
  const { status, json } = await caller(demo, '')('POST', 'auth/enrol/options', { link });
  assert.equal(status, 200);
  assert.equal(json.login, (await call('GET', 'accounts/desk')).json.record.login);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Make void' }).last().click();
  await page.waitForFunction(() => document.querySelectorAll('#enrolment li, [aria-labelledby="enrolment"] li').length < 2);
});

test('nothing came from elsewhere, and the policy had nothing to refuse', () => {
  assert.deepEqual(context.faults, []);
});
