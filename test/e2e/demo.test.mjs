// The demonstration as a visitor meets it: the first page, a click to be somebody, and each of the
// four scenes as they are played. The scenes go at the speed of life; the test waits for what it
// wants to see.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import { axe, openWindow, settled, startBrowser } from './lib.mjs';

const program = process.env.CHANCERY ?? 'build/release/chancery';
const pictures = process.env.PICTURES;
const broker = spawnSync('mosquitto', ['-h'], {
  env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
});
const skip = broker.error ? 'mosquitto is not installed' : false;

let browser, demo, context, page;

async function conduct() {
  const more = process.env.CHANCERY_HITS ? ['--hits', process.env.CHANCERY_HITS] : [];
  const child = spawn(
    'python3',
    ['demo/conduct.py', program, '--listen', '127.0.0.1:0', '--check-replies', ...more],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url ||= /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
    if (/Ctrl-C/.test(line)) break;
  }
  child.stdout.resume();
  assert.notEqual(url, '', 'the demonstration did not begin');
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  };
  return { url, stop };
}

const shot = async (name, of = page) =>
  pictures && (await of.screenshot({ path: `${pictures}/demo-${name}.png` }));

/** The strip tells this of the scene. */
const told = (text, of = page) =>
  of.locator('.strip .cue', { hasText: text }).waitFor({ state: 'attached' });
const press = (name, of = page) => of.locator('.strip').getByRole('button', { name }).click();
async function be(name, of = page) {
  await of.getByRole('button', { name }).click();
  await of.locator('.strip').waitFor();
  await settled(of);
}

before(async () => {
  if (skip) return;
  browser = await startBrowser();
  demo = await conduct();
  context = await openWindow(browser, demo);
  page = await context.newPage();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test('the first page offers every person of the mission, each with one click', { skip }, async () => {
  await page.goto(demo.url);
  await page.locator('.person').nth(8).waitFor();
  await shot('door');
  const texts = await page.locator('.person').allTextContents();
  assert.equal(texts.length, 9, texts.join('\n'));
  assert.match(texts[0], /Leïla Uibo.*Begin here/s);
  assert.ok(texts.every((text) => /first/.test(text)), texts.join('\n'));
  assert.deepEqual(await axe(page), []);
  for (const language of ['Français', 'العربية', 'English']) {
    await page.getByRole('button', { name: language }).click();
    await page.locator(`html[lang="${{ F: 'fr', ا: 'ar', E: 'en' }[language[0]]}"]`).waitFor();
    await shot(`door-${language}`);
    assert.ok(!(await page.textContent('body')).includes('⟦'));
  }
});

test('a quiet night: the guard sees the camera fall silent, and time is the mission’s', { skip }, async () => {
  await be(/Leïla Uibo/);
  await page.waitForURL(/post-one/);
  await told('The camera of the north grounds');
  await page.locator('main', { hasText: 'Camera, north grounds' }).waitFor();
  await shot('quiet');
  assert.match(await page.locator('.clocks .day').first().textContent(), /23/);
  assert.deepEqual(await axe(page), []);
});

test('the break-in: one tripwire joins what three systems saw', { skip }, async () => {
  await press('Next scene');
  await told('The fence in the north is cut');
  await shot('fence');
  await told('One tripwire now joins');
  await page.locator('main', { hasText: 'A camera dies, machines are tried' }).first().waitFor();
  await shot('one-thing');
  await told('Somebody moves inside');
  await shot('inside');
});

test('duress: it stands at the head of every page, and the strip covers nothing of it', { skip }, async () => {
  await press('Somebody else');
  await be(/Eirik Tangen/);
  await press('Next scene');
  await told('The patrol calls for help');
  const lane = page.locator('.lanes', { hasText: 'calls for help' });
  await lane.waitFor();
  await shot('duress');
  const [head, foot] = [await lane.boundingBox(), await page.locator('.strip').boundingBox()];
  assert.ok(head.y + head.height <= foot.y, JSON.stringify({ head, foot }));
  assert.deepEqual(await axe(page), []);
  await told('She is safe');
  await lane.waitFor({ state: 'detached' });
  await shot('safe');
});

test('the hand-over: it is paused, goes on, and is had again by the same person', { skip }, async () => {
  await press('Next scene');
  await told('The day shift comes');
  await press('Pause');
  await told('The clock stands');
  const { now } = await (await page.request.get(`${demo.url}/api/v1/demo`)).json();
  assert.equal((await (await page.request.get(`${demo.url}/api/v1/demo`)).json()).now, now);
  const clock = page.locator('.clocks .time').first();
  await clock.filter({ hasText: now.slice(11, 19) }).waitFor();
  await press('Go on');
  await told('Both guards have signed');
  await told('That was the night');
  await shot('proof');
  const { run } = await (await page.request.get(`${demo.url}/api/v1/demo`)).json();
  await press('Again');
  await page.waitForFunction(async (was) => {
    const answer = await fetch('/api/v1/demo').catch(() => null);
    return answer?.ok && (await answer.json()).run !== was;
  }, run);
  await told('The day shift comes');
  assert.match(await page.locator('.banner').textContent(), /Eirik/);
});

test('the strip on a phone is one line that opens; by night, in Arabic and in French', { skip }, async () => {
  for (const [language, theme, viewport] of [
    ['ar', 'night', { width: 390, height: 844 }],
    ['fr', 'night', { width: 1280, height: 800 }],
    ['ar', 'light', { width: 1280, height: 800 }],
  ]) {
    const other = await openWindow(browser, demo, { language, theme, viewport });
    const of = await other.newPage();
    await of.goto(demo.url);
    await be(/Bjarne Lie/, of);
    const told = of.locator('.strip .told');
    if (viewport.width < 640) {
      assert.ok((await of.locator('.strip').boundingBox()).height < 60);
      assert.ok(!(await told.isVisible()));
      await shot(`strip-${language}-${theme}-closed`, of);
      await of.locator('.strip .line').press('Enter');
    }
    await told.waitFor();
    await shot(`strip-${language}-${theme}`, of);
    assert.deepEqual(await axe(of), []);
    assert.deepEqual(other.faults, []);
    await other.close();
  }
});
