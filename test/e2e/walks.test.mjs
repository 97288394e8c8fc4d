// Everybody's first useful act, by the keyboard alone: from the passkey of signing in, in at most three acts. An act is a
// key, or keys that go to a place, or Enter on what Tab has reached, with what is typed for it. WALKS=FOLDER keeps a
// picture of each.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { caller, enrol, openWindow, settled, startBrowser, startDemo, visit } from './lib.mjs';

const TABS_MOST = 80;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let demo, browser, call;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  const boss = await enrol(demo, 'officer');
  call = caller(demo, boss.cookie);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Somebody whose passkey is in this browser, and who is signed out. */
async function arrive(account, options = {}) {
  const context = await openWindow(browser, demo, options);
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  await wire.send('WebAuthn.enable');
  await wire.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
  const { json } = await call('POST', `accounts/${account}/enrolment`, {});
  await visit(page, demo, `/enrol#${json.link}`);
  await page.locator('button.main').click();
  await page.locator('li').nth(9).waitFor();
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  await caller(demo, cookie)('POST', 'auth/sign-out');
  await visit(page, demo, '/');
  return { page, account, acts: 0, close: () => context.close() };
}

/** Tab, until what has this name is reached. */
async function reach(page, name) {
  const here = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return (at?.getAttribute('aria-label') ?? at?.innerText ?? '').trim().replace(/\s+/g, ' ');
    });
  for (let i = 0; i < TABS_MOST; i += 1) {
    await page.keyboard.press('Tab');
    if (name.test((await here()).replace(/[\u2066-\u2069]/g, ''))) return;
  }
  throw new Error(`${TABS_MOST} times Tab did not reach ${name}`);
}

async function enter(walk, name) {
  await reach(walk.page, name);
  await walk.page.keyboard.press('Enter');
  walk.acts += 1;
}
async function keys(walk, ...pressed) {
  for (const key of pressed) await walk.page.keyboard.press(key);
  walk.acts += 1;
}

async function signIn(walk) {
  await reach(walk.page, /passkey|clé|مفتاح/i);
  await walk.page.keyboard.press('Enter');
  await walk.page.locator('details.me').waitFor();
  await walk.page.locator('#main h1').first().waitFor({ state: 'attached' });
  await settled(walk.page);
}

async function arrived(walk) {
  assert.ok(walk.acts <= 3, `${walk.acts} acts`);
  await settled(walk.page);
  if (process.env.WALKS)
    await walk.page.screenshot({ path: `${process.env.WALKS}/walk-${walk.account}.png` });
  await walk.close();
}

const raise = async (more) => {
  const answer = await call('POST', 'signals', { items: [{ code_system: 'test', ...more }] });
  assert.equal(answer.status, 200, answer.text);
  return answer.json.items[0].alarm;
};
const alarmOf = async (id) => (await call('GET', `alarms/${id}`)).json;
const until = async (what, ask) => {
  for (let i = 0; i < 600; i += 1) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`it did not come: ${what}`);
};

test('the guard takes the alarm that stands', async () => {
  const alarm = await raise({ source: '#1234', kind: 'fire', priority: 'urgent', code: 'FA', zone: '2', text: 'Smoke' });
  const walk = await arrive('post-one');
  await signIn(walk);
  await walk.page.locator('[data-line="live"]').waitFor();
  await keys(walk, 'c');
  await until('the alarm is taken', async () => /"claimed_by":"post-one"/.test(JSON.stringify(await alarmOf(alarm))));
  await arrived(walk);
});

test('the duty officer takes it on the phone', async () => {
  const alarm = await raise({ source: 'button-visa', kind: 'duress', priority: 'urgent', code: 'panic', text: 'Panic button' });
  const walk = await arrive('duty', { ...PHONE, language: 'fr' });
  await signIn(walk);
  await enter(walk, /^Prendre/);
  await until('the alarm is taken', async () => /"claimed_by":"duty"/.test(JSON.stringify(await alarmOf(alarm))));
  await arrived(walk);
});

test('the security officer verifies what somebody did', async () => {
  const task = await call('POST', 'tasks', { label: 'TLP:GREEN', title: 'Try the generator', owner: 'desk' });
  const desk = await enrol(demo, 'desk');
  await caller(demo, desk.cookie)('POST', `tasks/${task.json.id}/finish`, { proof: 'it runs' });
  const walk = await arrive('officer');
  await signIn(walk);
  await enter(walk, /Try the generator/);
  await walk.page.getByRole('heading', { level: 1, name: 'Try the generator' }).waitFor();
  await arrived(walk);
});

test('the auditor verifies the record', async () => {
  const walk = await arrive('auditor');
  await signIn(walk);
  await keys(walk, 'g', 'l');
  await walk.page.getByRole('heading', { level: 1 }).waitFor();
  await settled(walk.page);
  await enter(walk, /^Verify/);
  await walk.page.getByText(/^Verified/).first().waitFor();
  await arrived(walk);
});

test('the head of mission reads why the level is what it is', async () => {
  const level = { label: 'TLP:GREEN', level: 'moderate', why: 'A demonstration is announced for Friday.' };
  level.until = new Date(Date.now() + 7 * 86400000).toISOString();
  assert.equal((await call('POST', 'levels', level)).status, 201);
  const walk = await arrive('head');
  await signIn(walk);
  await enter(walk, /^Level/);
  const card = walk.page.locator('.banner .card').filter({ hasText: 'A demonstration is announced' });
  await card.waitFor();
  const [over, head] = await Promise.all(
    [card, walk.page.locator('.masthead')].map((one) => one.boundingBox()),
  );
  assert.ok(over.y >= head.y + head.height, 'the card covers what stands in the head');
  await arrived(walk);
});

test('the receptionist, in Arabic, finds a person', async () => {
  const walk = await arrive('desk', { language: 'ar' });
  await signIn(walk);
  await keys(walk, 'g', 'd');
  await walk.page.locator('tbody tr').first().waitFor();
  await keys(walk, 'j', 'Enter');
  await walk.page.locator('#main h1').first().waitFor();
  await arrived(walk);
});

test('the administrator sees which device is silent', async () => {
  const walk = await arrive('officer');
  walk.account = 'administrator';
  await signIn(walk);
  await keys(walk, 'g', 'o');
  await walk.page.locator('tbody tr').first().waitFor();
  await keys(walk, 'j', 'Enter');
  await arrived(walk);
});
