// Forms: all that is wrong at once, nothing lost by leaving, secrets covered, days and durations in
// the words of the reader, choices where the set is known.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, caller, enrol, openWindow, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, officer, call, context, page;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
  call = caller(demo, officer.cookie);
  context = await openWindow(browser, demo, { cookie: officer.cookie });
  page = await context.newPage();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const field = (pointer) => page.locator(`[data-pointer="${pointer}"]`);
const save = () => page.getByRole('button', { name: 'Save' }).click();
const focused = (locator) => locator.evaluate((element) => element === document.activeElement);

test('every fault is told at once, in the order of the fields, and each leads to its field', async () => {
  await visit(page, demo, '/sites/new');
  await field('/address/city').locator('input').fill('Vael');
  await field('/setback_cm').locator('input').fill('-1');
  await save();
  const told = page.locator('form .notice.bad');
  await told.waitFor();
  assert.deepEqual(await told.getByRole('link').allInnerTexts(), [
    'Name',
    'Kind',
    'Setback (cm)',
    'Label',
  ]);
  assert.equal(await page.locator('form .wrong').count(), 4);
  assert.ok(await focused(field('/name').locator('input')));
  assert.deepEqual(await axe(page), []);
  await told.getByRole('link', { name: 'Setback' }).click();
  assert.ok(await focused(field('/setback_cm').locator('input')));
  assert.equal(await field('/address/city').locator('input').inputValue(), 'Vael');
});

test('a step tells every fault of its form, too', async () => {
  const answer = await call('POST', 'tasks', { label: 'TLP:GREEN', title: 7, proof: [{}] });
  assert.equal(answer.status, 422);
  assert.equal(answer.json.pointer, answer.json.errors[0].pointer);
  assert.ok(answer.json.errors.length > 1, answer.text);
  assert.ok(answer.json.errors.every(({ rule, detail }) => rule && detail), answer.text);
});

test('a changed form is not left without being asked, by a link, by going back or by closing', async () => {
  await visit(page, demo, '/sites');
  await page.getByRole('link', { name: /^New:/ }).click();
  const name = field('/name').locator('input');
  const dialog = page.getByRole('dialog');
  const closing = () =>
    page.evaluate(() => {
      const event = new Event('beforeunload', { cancelable: true });
      dispatchEvent(event);
      return event.defaultPrevented;
    });
  await name.waitFor();
  assert.equal(await closing(), false);
  await name.fill('Not to be lost');
  assert.equal(await closing(), true);

  await page.getByRole('link', { name: 'Situation' }).first().click();
  await dialog.waitFor();
  assert.deepEqual(await axe(page), []);
  assert.ok(await focused(dialog.getByRole('button', { name: 'Stay' })));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).pathname, '/sites/new');

  await page.goBack();
  await dialog.getByRole('button', { name: 'Stay' }).click();
  assert.equal(new URL(page.url()).pathname, '/sites/new');
  assert.equal(await name.inputValue(), 'Not to be lost');

  await page.goBack();
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL((url) => url.pathname === '/sites');
  await page.locator('tr[data-row]').first().waitFor();
});

test('a form that is as it was, or that is saved, is left without a question', async () => {
  await visit(page, demo, '/sites/new');
  const name = field('/name').locator('input');
  await name.fill('x');
  await name.fill('');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await page.waitForURL((url) => url.pathname === '/sites');
  await visit(page, demo, '/sites/new');
  await name.fill('Saved house');
  await field('/kind').locator('select').selectOption('annex');
  await field('/label').locator('select').selectOption('TLP:GREEN');
  await save();
  await page.locator('#history').waitFor();
});

test('secrets are covered until they are asked for, and stay when nothing is written', async () => {
  await visit(page, demo, '/listeners/new');
  const password = field('/password').locator('input');
  assert.equal(await password.getAttribute('type'), 'password');
  await password.fill('open sesame');
  await field('/password').getByRole('button', { name: 'Show' }).click();
  assert.equal(await password.getAttribute('type'), 'text');
  const keys = field('/secret_options').locator('textarea');
  const covered = () => keys.evaluate((box) => getComputedStyle(box).webkitTextSecurity);
  assert.equal(await covered(), 'disc');
  await keys.fill('{"key":"00112233445566778899aabbccddeeff"}');
  await field('/secret_options').getByRole('button', { name: 'Show' }).click();
  assert.equal(await covered(), 'none');

  // The protocol is chosen; what few need is folded away; no one counts milliseconds.
  const protocols = await field('/protocol').locator('option').allInnerTexts();
  assert.ok(protocols.some((text) => text.startsWith('DC-09')), protocols.join());
  assert.equal(await field('/idle_ms').isVisible(), false);
  await page.getByText('5 more settings').click();
  assert.ok(await field('/idle_ms').isVisible());
  assert.doesNotMatch(await field('/idle_ms').innerText(), /\bms\b|millisecond/);

  await field('/name').locator('input').fill('Panel line');
  await field('/label').locator('select').selectOption('TLP:AMBER');
  await field('/protocol').locator('select').selectOption('dc09');
  await field('/carrier').locator('select').selectOption('tcp');
  await field('/address').locator('input').fill('127.0.0.1:0');
  await field('/secret_options').locator('textarea').fill('');
  await field('/idle_ms').locator('input').fill('5');
  assert.deepEqual(await axe(page), []);
  await save();
  await page.locator('#history').waitFor();
  const id = new URL(page.url()).pathname.split('/').pop();
  const { json } = await call('GET', `listeners/${id}`);
  assert.equal(json.record.protocol, 'dc09');
  assert.equal(json.record.idle_ms, 300_000);

  await visit(page, demo, `/listeners/${id}/edit`);
  assert.match(await field('/password').innerText(), /Leave it empty to keep it/);
  assert.ok(await field('/idle_ms').isVisible(), 'what is set is not folded away');
});

test('a day and a moment are written in the order of the language, the month by its name', async () => {
  await visit(page, demo, '/persons/new');
  const born = field('/born');
  const order = await born
    .locator('input, select')
    .evaluateAll((parts) => parts.map((part) => part.getAttribute('aria-label')));
  assert.deepEqual(order, ['Day', 'Month', 'Year']);
  await born.getByLabel('Day').fill('3');
  await born.getByLabel('Month').selectOption({ label: 'February' });
  await born.getByLabel('Year').fill('1984');
  await field('/arrival').getByLabel('Day').fill('31');
  await field('/arrival').getByLabel('Month').selectOption({ label: 'February' });
  await field('/arrival').getByLabel('Year').fill('2026');
  await field('/name').locator('input').fill('Calendar Person');
  await field('/category').locator('select').selectOption('staff');
  await field('/label').locator('select').selectOption('TLP:GREEN');
  await save();
  await field('/arrival').locator('.wrong').waitFor();
  await field('/arrival').getByLabel('Day').fill('28');
  await save();
  await page.locator('#history').waitFor();
  const id = new URL(page.url()).pathname.split('/').pop();
  const { json } = await call('GET', `persons/${id}`);
  assert.equal(json.record.born, '1984-02-03');
  assert.equal(json.record.arrival, '2026-02-28');
});

test('a moment is written in the time of the mission', async () => {
  await visit(page, demo, '/levels/new');
  await field('/level').locator('select').selectOption('substantial');
  await field('/why').locator('textarea').fill('Crowds at the gate.');
  await field('/label').locator('select').selectOption('TLP:GREEN');
  const until = field('/until');
  await until.getByRole('button', { name: 'Now' }).click();
  const year = await until.getByLabel('Year').inputValue();
  await until.getByLabel('Year').fill(String(Number(year) + 1));
  await until.getByLabel('Time of day').fill('9:30');
  await save();
  await page.locator('#history').waitFor();
  const id = new URL(page.url()).pathname.split('/').pop();
  const { json } = await call('GET', `levels/${id}`);
  const { json: mission } = await call('GET', 'missions?limit=1');
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: mission.items[0].record.time_zone,
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(json.record.until));
  assert.equal(local, '09:30');
});

test('nothing came from elsewhere, and the policy had nothing to refuse', () => {
  assert.deepEqual(context.faults, []);
});
