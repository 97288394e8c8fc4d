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
  const { size } = statSync(path);
  console.log(`${path}  ${Math.round(size / 1000)} kB`);
  if (size > BYTES_MAX) throw new Error(`${path} is larger than ${BYTES_MAX} bytes`);
  await context.close();
}
await browser.close();
await demo.stop();
