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

const pictures = [
  ['overview', '/', { theme: 'light' }],
  ['persons', '/persons', { theme: 'light' }],
  ['persons-arabic', '/persons', { theme: 'light', language: 'ar' }],
  ['record', `/sites/${site}`, { theme: 'dark' }],
  ['form', `/persons/${person}/edit`, { theme: 'light', language: 'fr' }],
  ['plan', `/compound/${site}`, { theme: 'dark' }],
  ['plan-night', `/compound/${site}`, { theme: 'night' }],
  ['ledger', '/ledger', { theme: 'light' }],
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
  await page.getByLabel('What is written on it').fill('tag-main-gate');
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
  if (name.startsWith('plan')) await page.locator('.map[data-idle="true"]').waitFor();
  if (name === 'ledger') {
    await page.locator('.panel .button.main').first().click();
    await page.locator('.notice.good').waitFor();
  }
  await settled(page);
  const path = `${FOLDER}/${name}.png`;
  await page.screenshot({ path });
  note(path);
  await context.close();
}
await phonePicture();
await browser.close();
await demo.stop();
