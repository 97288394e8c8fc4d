// Sign-in by passkey as people do it: a link, a passkey made in the browser, out and in again with
// it, and everybody else of the account sent away. Chromium's virtual authenticator is the device.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { caller, openWindow, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, context, page, device;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  context = await openWindow(browser, demo);
  page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
  device = {
    verified: (isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const sessions = () => page.locator('[aria-labelledby="sessions"]');
const signedIn = () => page.locator('details.me').waitFor();
const cookieOf = async () =>
  (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');

async function signInWithPasskey() {
  await visit(page, demo, '/');
  await page.locator('main.panel button.main').click();
}

let codes;
test('a link, and the passkey that is made by it', async () => {
  await visit(page, demo, `/enrol#${demo.links.officer}`);
  await page.locator('button.main').click();
  await page.locator('li').nth(9).waitFor();
  codes = await page.locator('li').allInnerTexts();
  assert.equal(codes.length, 10);
  const [credential] = await device.credentials();
  assert.equal(credential.rpId, 'localhost');
  const { json: who } = await caller(demo, await cookieOf())('GET', 'session');
  assert.equal(who.method, 'enrolment');
  assert.equal(who.ways.passkeys, 1);
});

test('the link is good once', async () => {
  const { status } = await caller(demo, '')('POST', 'auth/enrol/options', { link: demo.links.officer });
  assert.equal(status, 401);
});

test('a string becomes neither markup nor the address of a script', async () => {
  const refused = await page.evaluate(() => {
    const tries = [
      () => (document.createElement('p').innerHTML = '<b>bold</b>'),
      () => document.body.insertAdjacentHTML('beforeend', '<b>bold</b>'),
      () => new DOMParser().parseFromString('<b>bold</b>', 'text/html'),
      () => (document.createElement('script').src = '/elsewhere.js'),
      () => (document.createElement('script').text = '0'),
      () => new Worker('data:text/javascript,0'),
    ];
    return tries.map((attempt) => {
      try {
        attempt();
        return 'worked';
      } catch (fault) {
        return fault instanceof TypeError ? 'refused' : String(fault);
      }
    });
  });
  assert.deepEqual([...new Set(refused)], ['refused'], refused.join());
  // The browser tells of each, a little later; those are no faults of the console.
  while (context.faults.length < refused.length)
    await page.evaluate(() => new Promise(requestAnimationFrame));
  const told = context.faults.splice(0);
  assert.ok(told.every((fault) => fault.includes('require-trusted-types-for')), told.join());
});

test('the cookie is kept from scripts and from other sites', async () => {
  const [cookie] = await context.cookies();
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
});

test('out, and in again with the passkey', async () => {
  const before = await cookieOf();
  const { status } = await caller(demo, before)('POST', 'auth/sign-out');
  assert.equal(status, 204);
  await signInWithPasskey();
  await signedIn();
  const { json: who } = await caller(demo, await cookieOf())('GET', 'session');
  assert.equal(who.method, 'passkey');
  assert.equal((await caller(demo, before)('GET', 'session')).status, 401);
});

test('everybody else of the account is signed out', async () => {
  const elsewhere = await caller(demo, '')('POST', 'auth/recovery', { login: 'officer', code: codes[3] });
  assert.equal(elsewhere.status, 200, elsewhere.text);
  const [stolen] = elsewhere.headers.getSetCookie()[0].split(';');
  assert.equal((await caller(demo, stolen)('GET', 'session')).status, 200);
  await visit(page, demo, '/me');
  await sessions().locator('tbody tr').nth(1).waitFor();
  assert.equal(await sessions().locator('tbody strong').count(), 1);
  await sessions().locator('header button').click();
  await sessions().locator('tbody tr').nth(1).waitFor({ state: 'detached' });
  assert.equal((await caller(demo, stolen)('GET', 'session')).status, 401);
  assert.equal((await caller(demo, await cookieOf())('GET', 'session')).status, 200);
  assert.deepEqual(context.faults, []);
});

test('a recovery code is good once', async () => {
  const again = await caller(demo, '')('POST', 'auth/recovery', { login: 'officer', code: codes[3] });
  assert.equal(again.status, 401);
});

test('a device that does not verify its user is refused', async () => {
  await caller(demo, await cookieOf())('POST', 'auth/sign-out');
  await device.verified(false);
  await signInWithPasskey();
  await page.locator('[role="alert"]').waitFor();
  await device.verified(true);
  await signInWithPasskey();
  await signedIn();
});
