// What the console costs whoever opens it: bytes, requests and time to the first use of the Situation and Post One, at
// the full and at a quarter of the processor's speed, with nothing cached; how lists of many records sort, search and
// page; and whether a Post One that stays open for hours of the mission's day grows. In Debian's Chromium, against the
// served demonstration.
//
//     console_bench.mjs [RECORDS] [SECONDS]      records in the list (100,000); seconds that Post One stays open (60)
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { caller, enrol, openWindow, settled, startBrowser, startDemo } from '../test/e2e/lib.mjs';

const RECORDS = Number(process.argv[2] ?? 100_000);
const SECONDS = Number(process.argv[3] ?? 60);
const RUNS = 5;
const AT_ONCE = 32;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const line = (what, ...figures) => console.log(what.padEnd(44), ...figures.map((one) => one.padStart(16)));

/** In the page, before its scripts: notes when there is a heading, nothing is busy, and the browser can take a key. */
function noteFirstUse() {
  const ready = () =>
    document.querySelector('#main h1') && !document.querySelector('#main [aria-busy="true"]');
  const look = () => {
    if (!ready()) return requestAnimationFrame(look);
    setTimeout(() => (globalThis.benchFirstUse = performance.now()));
  };
  if (location.origin !== 'null') requestAnimationFrame(look);
}

async function firstLoad(browser, demo, cookie, address, slower) {
  const context = await openWindow(browser, demo, { cookie });
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  let requests = 0;
  let bytes = 0;
  await wire.send('Network.enable');
  wire.on('Network.requestWillBeSent', () => (requests += 1));
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await wire.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.addInitScript(noteFirstUse);
  await page.goto(demo.url + address);
  await page.waitForFunction(() => globalThis.benchFirstUse > 0);
  const at = await page.evaluate(() => globalThis.benchFirstUse);
  await settled(page);
  await page.waitForLoadState('load');
  const loaded = { at, requests, bytes };
  await context.close();
  return loaded;
}

async function firstLoads(browser, demo, who) {
  for (const [name, address] of [['Situation', '/'], ['Post One', '/post-one']])
    for (const slower of [1, 4]) {
      const runs = [];
      for (let i = 0; i < RUNS; i += 1) runs.push(await firstLoad(browser, demo, who.cookie, address, slower));
      line(
        `${name}, processor 1/${slower}`,
        `${median(runs.map(({ at }) => at)).toFixed(0)} ms`,
        `${median(runs.map(({ requests }) => requests))} requests`,
        `${(median(runs.map(({ bytes }) => bytes)) / 1000).toFixed(0)} kB`,
      );
    }
}

/** So many people with names of the mission's list, made through the API. */
async function fill(call, count) {
  const { json } = await call('GET', 'persons?limit=50');
  const names = json.items.map(({ record }) => record.name.split(' '));
  let next = 0;
  const one = async () => {
    while (next < count) {
      const i = next++;
      const name = `${names[i % names.length][0]} ${names[(i * 7) % names.length].at(-1)} ${i}`;
      const made = await call('POST', 'persons', { label: 'TLP:GREEN', name, category: 'visitor' });
      if (made.status !== 201) throw new Error(made.text);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function lists(browser, demo, who) {
  await fill(caller(demo, who.cookie), RECORDS);
  const context = await openWindow(browser, demo, { cookie: who.cookie });
  const page = await context.newPage();
  const rows = page.locator('main tbody tr');
  /** From the act to the rows that answer it, drawn. */
  const timed = async (what, act, want) => {
    const runs = [];
    for (let i = 0; i < RUNS; i += 1) {
      const start = performance.now();
      await act(i);
      await want(i);
      runs.push(performance.now() - start);
    }
    line(`${RECORDS.toLocaleString('en')} persons: ${what}`, `${median(runs).toFixed(0)} ms`);
  };
  const some = () => rows.first().waitFor();
  await timed('the list', () => page.goto(`${demo.url}/persons`), some);
  const header = page.locator('main thead button.sort').first();
  await timed('sorted', () => header.click(), async () => {
    await settled(page);
    await some();
  });
  const search = page.locator('main input[type="search"]');
  await timed(
    'searched',
    (i) => search.fill(`${RECORDS - 17 - i}`),
    (i) => rows.filter({ hasText: `${RECORDS - 17 - i}` }).first().waitFor(),
  );
  await search.fill('');
  await some();
  await settled(page);
  await timed('the next page', () => page.keyboard.press('End'), () => settled(page));
  await context.close();
}

/** A day that runs: 24 hours in twelve minutes. */
async function startDay() {
  const child = spawn(process.env.CHANCERY ?? 'build/release/chancery', ['demo', '--listen', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const links = {};
  let url = '';
  for await (const said of createInterface({ input: child.stdout })) {
    const link = /^\s*(\S+)\s+(http:\/\/[^/]+)\/enrol#(\S+)/.exec(said);
    if (link) [, , url] = ((links[link[1]] = link[3]), link);
    if (/Ctrl-C/.test(said)) break;
  }
  return { url, links, child };
}

async function growth(browser) {
  const day = await startDay();
  try {
    const guard = await enrol(day, 'post-one');
    const context = await openWindow(browser, day, { cookie: guard.cookie });
    const page = await context.newPage();
    await page.goto(`${day.url}/post-one`);
    await page.locator('[data-line="live"]').waitFor();
    const wire = await context.newCDPSession(page);
    await wire.send('HeapProfiler.enable');
    await wire.send('Performance.enable');
    const weigh = async () => {
      await wire.send('HeapProfiler.collectGarbage');
      const { metrics } = await wire.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    };
    for (let second = 0; second <= SECONDS; second += SECONDS / 6) {
      if (second > 0) await new Promise((resolve) => setTimeout(resolve, (SECONDS / 6) * 1000));
      const { JSHeapUsedSize, Nodes, JSEventListeners } = await weigh();
      line(
        `Post One after ${(second / 30).toFixed(1)} h of the day`,
        `${(JSHeapUsedSize / 1e6).toFixed(1)} MB`,
        `${Nodes} nodes`,
        `${JSEventListeners} listeners`,
      );
    }
  } finally {
    day.child.kill('SIGTERM');
    await new Promise((resolve) => day.child.once('exit', resolve));
  }
}

const browser = await startBrowser();
const demo = await startDemo();
try {
  const officer = await enrol(demo, 'officer');
  await firstLoads(browser, demo, officer);
  await lists(browser, demo, officer);
  await growth(browser);
} finally {
  await browser.close();
  await demo.stop();
}
