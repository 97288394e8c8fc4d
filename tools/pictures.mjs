// The pictures of README and docs/: tools/pictures.
import { mkdirSync, statSync } from 'node:fs';
import {
  caller,
  enrol,
  firstId,
  openWindow,
  settled,
  startBrowser,
  startDemo,
  visit,
} from '../test/e2e/lib.mjs';
import { postPictures } from './pictures_post.mjs';

const FOLDER = 'docs/pictures';
const BYTES_MAX = 300000;

const demo = await startDemo();
const browser = await startBrowser();
const officer = await enrol(demo, 'officer');
const call = caller(demo, officer.cookie);
const plan = (await call('GET', 'plans?limit=1')).json.items[0].record;
const site = plan.site;
const { json: before } = await call('GET', `sites/${site}`);
await call('PUT', `sites/${site}`, {
  ...before.record,
  note: 'Deliveries only by the north gate.',
});
const person = await firstId(call, 'persons');

// Tripwires: one that has been tripped, one that waits for a second person, one that found nothing.
const rule = (id, word, action) => `title: Something is built on the ${word}
id: ${id}
logsource: {product: chancery, category: zone, service: added}
detection:
    selection:
        name|contains: ${word}
        kind: controlled
    condition: selection
level: high
chancery:
    purpose: Nobody builds on the ${word} without the officer.
    state: {person_left|not: actor, level|gte: 1}
    actions: [{do: ${action}, what: ${word}}]
    self-test:
        fires:
            - - {name: the ${word}, kind: controlled}
        silent:
            - - {name: the ${word}, kind: public}
`;
const paired = `title: A zone is added
name: zone_added
logsource: {product: chancery, category: zone, service: added}
detection: {selection: {kind: controlled}, condition: selection}
---
title: A zone is drawn anew
name: zone_redrawn
logsource: {product: chancery, category: zone, service: changed}
detection: {selection: {kind: controlled}, condition: selection}
---
title: A zone is drawn anew before it is added
id: redrawn-then-added
correlation:
    type: temporal_ordered
    rules: [zone_redrawn, zone_added]
    group-by: [zone]
    timespan: 30m
level: medium
`;
const add = async (name, text) =>
  (await call('POST', 'tripwires', { label: 'TLP:GREEN', name, rule: text })).json.id;
const zone = { label: 'TLP:GREEN', site, kind: 'controlled' };
const roof = await add('Roof', rule('roof-built', 'roof', 'notify'));
const lock = rule('terrace-built', 'terrace', 'lock').replace(', level|gte: 1', '');
const gate = await add('Terrace', lock);
const order = await add('Redrawn before it is added', paired);
await call('POST', `tripwires/${roof}/activate`);
await call('POST', `tripwires/${gate}/activate`);
const made = await call('POST', 'zones', { ...zone, name: 'Flat roof' });
await call('PUT', `zones/${made.json.id}`, { ...zone, name: 'Flat roof', floor: 2 });
await call('POST', 'zones', { ...zone, name: 'Small terrace' });
let hits = [];
while (hits.length === 0) hits = (await call('GET', 'tripwire-hits?limit=1')).json.items;

const level = { label: 'TLP:GREEN', level: 'moderate', why: 'A demonstration is announced for Friday.' };
await call('POST', 'levels', { ...level, until: new Date(Date.now() + 5 * 86400000).toISOString() });
await call('POST', 'tasks', { label: 'TLP:GREEN', title: 'Try the generator', owner: 'officer' });
const scan = { source: 'ids-1', kind: 'attack', priority: 'medium', code_system: 'test', text: 'Scan of the router' };
await call('POST', 'signals', { items: [scan] });

const pictures = [
  ['overview', '/', { theme: 'light' }],
  ['persons', '/persons', { theme: 'light' }],
  ['persons-arabic', '/persons', { theme: 'light', language: 'ar' }],
  ['record', `/sites/${site}`, { theme: 'dark' }],
  ['form', `/persons/${person}/edit`, { theme: 'light', language: 'fr' }],
  ['plan', `/compound/${site}`, { theme: 'dark' }],
  ['plan-night', `/compound/${site}`, { theme: 'night' }],
  ['ledger', '/ledger', { theme: 'light' }],
  ['tripwires', '/tripwires', { theme: 'light' }],
  ['tripwire-editor', '/tripwires/new', { theme: 'light' }],
  ['tripwire-nearest', `/tripwires/${order}`, { theme: 'light' }],
  ['tripwire-confirm', `/tripwires/${gate}`, { theme: 'dark' }],
  ['tripwire-hit', `/tripwire-hits/${hits[0].id}`, { theme: 'light' }],
];

/** Say what was taken; a picture that is too large is not for a repository. */
function note(path) {
  const { size } = statSync(path);
  console.log(`${path}  ${Math.round(size / 1000)} kB`);
  if (size > BYTES_MAX) throw new Error(`${path} is larger than ${BYTES_MAX} bytes`);
}

/** A guard's phone in the middle of a round. */
async function phonePicture() {
  const { json: given } = await call('POST', 'accounts/patrol/enrolment');
  demo.links.patrol = given.link;
  const { cookie } = await enrol(demo, 'patrol');
  const screen = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const context = await openWindow(browser, demo, { ...screen, cookie, theme: 'dark' });
  const page = await context.newPage();
  await page.goto(`${demo.url}/phone.html`);
  const link = page.getByRole('link', { name: /officer/ });
  const { searchParams } = new URL(await link.getAttribute('href'));
  const enlisted = Object.fromEntries(searchParams);
  await call('POST', 'guard-phones', { label: 'TLP:GREEN', name: 'Phone 2', ...enlisted });
  await page.getByRole('button', { name: /Set out/ }).click();
  await page.getByText('The tag cannot be read').click();
  await page.getByLabel('What the tag says').fill('tag-main-gate');
  await page.getByRole('button', { name: 'Hand in' }).click();
  await page.getByText(/handed in/).waitFor();
  await page.getByText('The tag cannot be read').click();
  await page.getByRole('button', { name: /Every/ }).first().click();
  await page.getByText(/left/).waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${FOLDER}/phone.png`, fullPage: true });
  note(`${FOLDER}/phone.png`);
  await context.close();
}

mkdirSync(FOLDER, { recursive: true });
for (const [name, address, look] of pictures) {
  const viewport = { width: 1280, height: 800 };
  const context = await openWindow(browser, demo, { cookie: officer.cookie, viewport, ...look });
  const page = await context.newPage();
  await visit(page, demo, address);
  await page.locator('[data-line="live"]').waitFor();
  if (name.startsWith('plan')) await page.locator('.plan .zone').first().waitFor();
  if (name === 'ledger') {
    await page.locator('.panel .button.main').first().click();
    await page.locator('.notice.good').waitFor();
  }
  if (name === 'tripwire-editor') {
    const text = rule('roof-built', 'roof', 'notify').replace('name|contains', 'name|holds');
    await page.getByRole('textbox', { name: 'Rule (Sigma)' }).fill(text);
    await page.locator('.editor .cm-reason', { hasText: 'holds' }).waitFor();
  }
  if (name === 'tripwire-nearest' || name === 'tripwire-confirm')
    await page.locator('.facts').waitFor();
  await settled(page);
  const path = `${FOLDER}/${name}.png`;
  await page.screenshot({ path });
  note(path);
  await context.close();
}
await phonePicture();
await postPictures(demo, browser, call, async (page, name) => {
  const path = `${FOLDER}/${name}.png`;
  await page.screenshot({ path });
  note(path);
});
await browser.close();
await demo.stop();
