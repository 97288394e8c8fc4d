// What the end-to-end tests share: a fictional mission that is really served, a browser, somebody
// who is signed in, and axe. Nothing here sleeps; everything waits for what it wants to see.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
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

/** A caller of the API with a session: call(method, path, body, headers). */
export function caller(demo, cookie) {
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
