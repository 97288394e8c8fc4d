// A real browser for load_bench.c: signs in to the served mission with its enrolment link, opens the console, says
// "ready", and when standard input ends tells of each mark that the page heard: its number, when the page's script had
// it and when the next frame was drawn, both in milliseconds of the wall clock.
//
//     load_page.mjs URL LINK [PAGE]
import { enrol, openWindow, settled, startBrowser } from '../test/e2e/lib.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the mission's own authority
const [url, link, address = '/'] = process.argv.slice(2);
const demo = { url, links: { officer: link } };

/** In the page: the console tells all its windows of each event on this channel; so it tells us. */
function listen() {
  const marks = [];
  const now = () => performance.timeOrigin + performance.now();
  globalThis.benchMarks = marks;
  new BroadcastChannel('chancery-live').onmessage = ({ data }) => {
    if (data.type !== 'events') return;
    const heard = now();
    const taken = data.events.filter((event) => event.kind === 'signal.taken');
    const these = taken.flatMap((event) =>
      event.body.items.map((item) => [Number(item.user_code), heard, 0]),
    );
    marks.push(...these);
    requestAnimationFrame(() => {
      const painted = now();
      for (const mark of these) mark[2] = painted;
    });
  };
}

const browser = await startBrowser();
try {
  const { cookie } = await enrol(demo, 'officer');
  const context = await openWindow(browser, demo, { cookie, ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(url + address);
  await page.locator('#main h1').first().waitFor({ state: 'attached' });
  await settled(page);
  await page.evaluate(listen);
  console.log('ready');
  for await (const ignored of process.stdin) void ignored;
  const marks = await page.evaluate(() => globalThis.benchMarks);
  for (const [mark, heard, painted] of marks) console.log(mark, heard.toFixed(3), painted.toFixed(3));
} finally {
  await browser.close();
}
