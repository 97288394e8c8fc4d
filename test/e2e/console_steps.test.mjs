// The steps of a record as buttons, and the sheet of each. What the catalog and the answers to a
// step are, is put in here on their way, so that every case is met whichever records have steps.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, caller, enrol, firstId, openWindow, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, officer, zone, me;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
  const call = caller(demo, officer.cookie);
  zone = await firstId(call, 'zones');
  me = (await call('GET', 'session')).json.account;
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const text = (name, more = {}) => ({ name, kind: 'text', form: 'block', help: name, ...more });
const step = (name, more = {}) => ({
  name,
  help: `Help of ${name}`,
  event: `zone.${name}`,
  permission: 'zone.write',
  from: ['*'],
  reason: false,
  other: false,
  mine: false,
  input: { name: 'step_reason', fields: [text('why')] },
  ...more,
});

/** A page of the zone, whose catalog has these steps; `state` may be changed while it is shown. */
async function openZone(steps, state = { kind: 'secure' }, look = {}) {
  const context = await openWindow(browser, demo, { cookie: officer.cookie, ...look });
  const page = await context.newPage();
  await page.route('**/api/v1/catalog', async (route) => {
    const catalog = await (await route.fetch()).json();
    const kind = catalog.records.find((one) => one.name === 'zone');
    Object.assign(kind, { state: 'kind', steps });
    await route.fulfill({ json: catalog });
  });
  await page.route(`**/api/v1/zones/${zone}`, async (route) => {
    const response = await route.fetch();
    const row = await response.json();
    Object.assign(row.record, state);
    await route.fulfill({ response, json: row });
  });
  await visit(page, demo, `/zones/${zone}`);
  await page.locator('#history').waitFor();
  return { context, page };
}
const button = (page, name) =>
  page.getByRole('button', { name: `⟦step.zone.${name}⟧`, exact: true });

test('a step is offered in its states, to those who may, and the third is in a menu', async () => {
  const { context, page } = await openZone([
    step('admit', { from: ['secure'] }),
    step('refuse', { from: ['public'] }),
    step('close'),
    step('report', { permission: 'nobody.may' }),
    step('seal'),
  ]);
  await button(page, 'admit').waitFor();
  await button(page, 'close').waitFor();
  assert.equal(await button(page, 'refuse').count(), 0);
  assert.equal(await button(page, 'report').count(), 0);
  assert.equal(await button(page, 'seal').count(), 0);
  await page.getByRole('button', { name: 'More' }).click();
  await button(page, 'seal').click();
  await page.locator('dialog.side').getByText('Help of seal').waitFor();
  assert.deepEqual(context.faults, []);
  await context.close();
});

test('a step is sent with what was written and with the version that was seen', async () => {
  const { context, page } = await openZone([step('admit', { to: 'public', reason: true })]);
  let sent;
  await page.route('**/zones/*/admit', async (route) => {
    sent = route.request();
    await route.fulfill({ json: { id: zone, seq: 1, events: 1 } });
  });
  await button(page, 'admit').click();
  await page.locator('dialog').getByText(/From “.?Secure.?” to “.?Public.?”/).waitFor();
  await page.getByLabel('Why').fill('Expected at ten');
  await page.locator('dialog footer .main').click();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(sent.postDataJSON(), { why: 'Expected at ten' });
  assert.match(sent.headers()['if-match'], /^"\d+"$/);
  await context.close();
});

test('what is refused stands at its field, and nothing that was written is lost', async () => {
  const { context, page } = await openZone([step('admit')]);
  const why = { pointer: '/why', rule: 'least', detail: 'too short' };
  const problem = { status: 422, code: 'INVALID', ...why };
  await page.route('**/zones/*/admit', (route) => route.fulfill({ status: 422, json: problem }));
  await button(page, 'admit').click();
  const field = page.getByLabel('Why');
  await field.fill('x');
  await page.locator('dialog footer .main').click();
  await page.locator('[data-pointer="/why"]').getByText('too short', { exact: true }).waitFor();
  assert.equal(await field.inputValue(), 'x');
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await axe(page), []);
  await context.close();
});

test('who was overtaken is told, and may go on as long as the step is possible', async () => {
  const state = { kind: 'secure' };
  const { context, page } = await openZone([step('admit', { from: ['secure'] })], state);
  await page.route('**/zones/*/admit', (route) =>
    route.fulfill({ status: 412, json: { status: 412, code: 'STALE' } }),
  );
  await button(page, 'admit').click();
  await page.getByLabel('Why').fill('Expected at ten');
  const go = page.locator('dialog footer .main');
  // It is read again then; only after that it changes once more.
  const read = page.waitForResponse(
    (one) => one.request().method() === 'GET' && /\/zones\/[^/]+$/.test(one.url()),
  );
  await go.click();
  await page.getByText('Somebody has changed the record in the meantime').waitFor();
  await read;
  state.kind = 'public';
  await go.click();
  await page.getByText(/This is no longer possible: the state is now “.?Public.?”/).waitFor();
  assert.equal(await page.getByLabel('Why').inputValue(), 'Expected at ten');
  assert.equal(await go.getAttribute('aria-disabled'), 'true');
  await context.close();
});

test('four eyes: who asked sees that another person has to do it', async () => {
  const steps = [step('admit', { other: true })];
  const asked = await openZone(steps, { kind: 'secure', asked_by: me });
  assert.ok(await button(asked.page, 'admit').isDisabled());
  assert.match(await button(asked.page, 'admit').getAttribute('title'), /Somebody other/);
  await asked.context.close();
  const other = await openZone(steps, { kind: 'secure', asked_by: 'somebody-else' });
  await button(other.page, 'admit').click();
  await other.page.locator('dialog .notice').getByText('Somebody other').waitFor();
  await other.context.close();
});
