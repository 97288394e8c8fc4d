// What the end-to-end tests share: a fictional mission that is really served, a browser, somebody
// who is signed in, and axe. Nothing here sleeps; everything waits for what it wants to see.
import { spawn } from 'node:child_process';
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

// Whatever must come, comes: how soon depends on what else the machine does.
const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 300_000);

const program = process.env.CHANCERY ?? 'build/release/chancery';
const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

export const PASSWORD = 'quiet harbour, seven lamps';
export const languages = ['en', 'fr', 'ar'];

/** Start `chancery demo` on a free port; its day takes so long that nothing happens by itself.
 * Gives the address, the enrolment links by account, the process and the way to stop it. */
export async function startDemo(...flags) {
  const args = ['demo', '--listen', '127.0.0.1:0', '--minutes', '1440', '--check-replies', ...flags];
  if (process.env.CHANCERY_HITS) args.push('--hits', process.env.CHANCERY_HITS);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const links = {};
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const link = /^\s*(\S+)\s+(http:\/\/[^/]+)\/enrol#(\S+)/.exec(line);
    if (link) {
      url = link[2];
      links[link[1]] = link[3];
    }
    if (/Ctrl-C/.test(line)) break;
  }
  if (!url) throw new Error(`${program} demo did not begin: ${said}`);
  const stop = async (signal = 'SIGTERM') => {
    if (child.exitCode === null) child.kill(signal);
    await ended;
  };
  return { url, links, child, stop };
}

/** Debian's Chromium with a fresh profile, and nothing of its own on the network. */
export async function startBrowser(more = []) {
  const profile = mkdtempSync(join(tmpdir(), 'chancery-e2e-'));
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...more,
  ];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args,
    env: { ...process.env, HOME: profile },
  });
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await close();
    rmSync(profile, { recursive: true, force: true });
  };
  return browser;
}

// ---- the server, without a browser ----------------------------------------------------------------

/** A passkey in software: Ed25519, bytes as WebAuthn has them. */
class Passkey {
  #keys = generateKeyPairSync('ed25519');
  #id = randomBytes(16);
  #count = 0;

  constructor(origin) {
    this.origin = origin;
  }
  #data(flags) {
    const tail = Buffer.alloc(5);
    tail.writeUInt8(flags);
    tail.writeUInt32BE(++this.#count, 1);
    return Buffer.concat([createHash('sha256').update('localhost').digest(), tail]);
  }
  #client(kind, challenge) {
    const { origin } = this;
    return Buffer.from(
      JSON.stringify({ type: `webauthn.${kind}`, challenge, origin, crossOrigin: false }),
    );
  }
  #credential(response) {
    const texts = Object.entries(response).map(([name, bytes]) => [
      name,
      bytes.toString('base64url'),
    ]);
    return {
      type: 'public-key',
      rawId: this.#id.toString('base64url'),
      response: Object.fromEntries(texts),
    };
  }
  /** What a browser answers to passkeys/options: attestation "none". */
  registration(challenge) {
    const key = this.#keys.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    const cose = Buffer.concat([Buffer.from('a4010103272006215820', 'hex'), key]);
    const id = Buffer.concat([Buffer.alloc(17), Buffer.from([this.#id.length]), this.#id]);
    const data = Buffer.concat([this.#data(0x45), id, cose]);
    const head = Buffer.from('\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58', 'latin1');
    return this.#credential({
      clientDataJSON: this.#client('create', challenge),
      attestationObject: Buffer.concat([head, Buffer.from([data.length]), data]),
    });
  }
  /** What it answers to auth/passkey/options and auth/prove/options. */
  assertion(challenge) {
    const clientDataJSON = this.#client('get', challenge);
    const authenticatorData = this.#data(0x05);
    const hash = createHash('sha256').update(clientDataJSON).digest();
    const signature = sign(null, Buffer.concat([authenticatorData, hash]), this.#keys.privateKey);
    return this.#credential({ clientDataJSON, authenticatorData, signature });
  }
}

/** The passkeys of those who have enrolled, by cookie. */
const passkeys = new Map();

/** A caller of the API with a session: call(method, path, body, headers). What has to be proved is
 * proved, by the passkey of whoever has the session. */
export function caller(demo, cookie) {
  const ask = asker(demo, cookie);
  return async (method, path, body, headers) => {
    const answer = await ask(method, path, body, headers);
    const key = passkeys.get(cookie);
    if (answer.json?.rule !== 'proof' || !key) return answer;
    const { json } = await ask('POST', 'auth/prove/options', {});
    const credential = key.assertion(json.publicKey.challenge);
    const proved = await ask('POST', 'auth/prove', { act: answer.json.value, credential });
    return proved.status < 300 ? ask(method, path, body, headers) : proved;
  };
}

function asker(demo, cookie) {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${demo.url}/api/v1/${path}`, {
      method,
      headers: { 'X-Chancery': '1', 'Content-Type': 'application/json', cookie, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
    return { status: response.status, text, json, headers: response.headers };
  };
}

/** The six digits of RFC 6238 for a secret in base 32. */
export function totp(secret, at = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/[\s=]/g, '')]
    .map((ch) => alphabet.indexOf(ch).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const from = hash[19] & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1000000).padStart(6, '0');
}

/** Enrol one of the demo's accounts with a password; gives its cookie, login and TOTP secret. */
export async function enrol(demo, account) {
  const call = caller(demo, '');
  const link = demo.links[account];
  const { json: given } = await call('POST', 'auth/enrol/options', { link });
  const { challenge, secret } = given.password;
  const answer = await call('POST', 'auth/enrol', {
    link,
    password: PASSWORD,
    challenge,
    code: totp(secret),
  });
  if (answer.status >= 300) throw new Error(`${account} could not enrol: ${answer.text}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const mine = caller(demo, cookie);
  const key = new Passkey(demo.url);
  const { json: options } = await mine('POST', 'passkeys/options', {});
  const made = await mine('POST', 'passkeys', {
    name: 'Key',
    credential: key.registration(options.publicKey.challenge),
  });
  if (made.status !== 201) throw new Error(`${account} has no passkey: ${made.text}`);
  passkeys.set(cookie, key);
  return { cookie, login: given.login, secret };
}

// ---- the browser ----------------------------------------------------------------------------------

/** A window of somebody: with a session if a cookie is given, a language and a theme. What it
 * loads from elsewhere and what the content policy refuses is collected in `context.faults`. */
export async function openWindow(browser, demo, options = {}) {
  const { cookie, language = 'en', theme = 'light', ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...rest });
  context.setDefaultTimeout(PATIENCE_MS);
  context.faults = [];
  await context.addInitScript(
    ([chosen, look]) => {
      if (location.origin === 'null') return;
      localStorage.setItem('language', localStorage.getItem('language') ?? chosen);
      localStorage.setItem('theme', localStorage.getItem('theme') ?? look);
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
      );
    },
    [language, theme],
  );
  context.on('request', (request) => {
    const at = new URL(request.url());
    if (/^https?:$/.test(at.protocol) && at.origin !== demo.url)
      context.faults.push(`request to ${at.origin}`);
  });
  context.on('console', (message) => {
    if (/policy:|Refused to/.test(message.text())) context.faults.push(message.text());
  });
  context.on('weberror', (error) => context.faults.push(String(error.error())));
  if (cookie) {
    const cookies = cookie.split('; ').map((one) => one.split(/=(.*)/s));
    await context.addCookies(cookies.map(([name, value]) => ({ name, value, url: demo.url })));
  }
  return context;
}

/** Go to an address and wait until the page has what it asked for. */
export async function visit(page, demo, address) {
  await page.goto(demo.url + address);
  await page.locator('#main h1, main.panel h1').first().waitFor({ state: 'attached' });
  await settled(page);
}

/** The page of somebody who is signed in gets a device with a passkey of theirs. */
export async function giveDevice(page, demo) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await visit(page, demo, '/me');
  await page.locator('[aria-labelledby="passkeys"] .button').first().click();
  await page.locator('.said').filter({ hasText: /./ }).waitFor();
}

/** Answer the question who one is, by that device. */
export async function prove(page) {
  const dialog = page.getByRole('dialog', { name: 'Prove that it is you' });
  await dialog.getByRole('button', { name: 'Use a passkey' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Nothing is being loaded any more. */
export async function settled(page) {
  await page.waitForFunction(
    () => !document.querySelector('[aria-busy="true"]') && document.fonts.status === 'loaded',
  );
}

/** What axe finds by WCAG 2.2 AA and its own best practices, in words. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    }),
  );
  return found.violations.flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

/** The first id of a list. */
export async function firstId(call, plural, query = '') {
  const { json } = await call('GET', `${plural}?limit=1${query}`);
  return json.items[0].record.id;
}

/** Every page that somebody who is signed in can come to, by name. */
export async function allPages(call) {
  const site = await firstId(call, 'sites');
  const person = await firstId(call, 'persons');
  const { json: catalog } = await call('GET', 'catalog');
  return {
    overview: '/',
    ...Object.fromEntries(
      [...catalog.records, ...catalog.lists].map(({ plural }) => [plural, `/${plural}`]),
    ),
    site: `/sites/${site}`,
    'site, form': `/sites/${site}/edit`,
    person: `/persons/${person}`,
    'person, form': `/persons/${person}/edit`,
    'person, new': '/persons/new',
    account: '/accounts/desk',
    'post one': '/post-one',
    'hand-over': '/post-one/handover',
    tripwire: `/tripwires/${await firstId(call, 'tripwires')}`,
    'tripwire, form': `/tripwires/${await firstId(call, 'tripwires')}/edit`,
    'tripwire, new': '/tripwires/new',
    'tripwire, hits': '/tripwire-hits',
    compound: `/compound/${site}`,
    ledger: '/ledger',
    entry: '/ledger/1',
    me: '/me',
    nothing: '/nothing-here',
  };
}
