// A rule's life in the console, with two people: written with an error that is seen at its line, tried
// on past events, backtested, put forward by one, confirmed by another, tripped by a signal that
// came through the door for devices, and explained; and a rule whose sources are gone is a fault.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, caller, enrol, giveDevice, openWindow, prove, settled, startBrowser, startDemo, visit } from './lib.mjs';

let demo, browser, officer, duty, call, first, second, id;
before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
  officer = await enrol(demo, 'officer');
  call = caller(demo, officer.cookie);
  const { json } = await call('GET', 'accounts/desk');
  const { id, label, kind, person, login, status, language } = json.record;
  const made = { id, label, kind, person, login, status, language, roles: ['duty-officer'] };
  assert.equal((await call('PUT', 'accounts/desk', made)).status, 200);
  duty = await enrol(demo, 'desk');
  const reader = await call('POST', 'sources', {
    label: 'TLP:GREEN',
    name: 'Reader at the dock',
    kind: 'door',
    identity: 'dock-1',
    zone: 'stores',
  });
  assert.equal(reader.status, 201, reader.text);
  first = await (await openWindow(browser, demo, { cookie: officer.cookie })).newPage();
  second = await (await openWindow(browser, demo, { cookie: duty.cookie })).newPage();
  for (const page of [first, second]) await giveDevice(page, demo);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const signal = (text) =>
  call('POST', 'signals', {
    items: [
      {
        source: 'dock-1',
        kind: 'access',
        priority: 'low',
        code_system: 'test',
        code: 'forced',
        text,
        zone: 'dock',
      },
    ],
  });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const panel = (page, name) =>
  page.locator('section.panel').filter({ has: page.getByRole('heading', { name, exact: true }) });

/** What is written in the editor, without what it says beside. */
const textIn = (editor) =>
  editor.evaluate((content) =>
    [...content.querySelectorAll('.cm-line')]
      .map((line) => {
        const copy = line.cloneNode(true);
        copy.querySelector('.cm-reason')?.remove();
        return copy.textContent;
      })
      .join('\n'),
  );

/** Everything is replaced by what is pasted. */
async function put(editor, text) {
  await editor.press('Control+a');
  await editor.evaluate((content, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const options = { clipboardData, bubbles: true, cancelable: true };
    content.dispatchEvent(new ClipboardEvent('paste', options));
  }, text);
}

const RULE = `title: The dock is forced
id: dock-forced
logsource: {product: chancery, category: access}
detection:
    selection:
        code: forced
        text|holds: dock
    condition: selection
level: high
chancery:
    purpose: Somebody comes in where goods come in.
    actions: [{do: lock, what: stores}]
    self-test:
        fires:
            - - {code: forced, text: at the dock}
        silent:
            - - {code: open, text: at the dock}
`;

test('a rule is written: what is wrong is seen at its line, and goes when it is put right', async () => {
  const sent = await signal('Forced at the dock, before there was a rule');
  assert.ok(sent.status < 300, sent.text);
  await visit(first, demo, '/tripwires/new');
  await first.locator('[data-pointer="/name"] input').fill('Dock forced');
  await first.locator('[data-pointer="/label"] select').selectOption('TLP:GREEN');
  const editor = first.getByRole('textbox', { name: 'Rule (Sigma)' });
  await put(editor, RULE);
  const wrong = first.locator('.editor .cm-wrong');
  await wrong.locator('.cm-reason', { hasText: 'holds' }).waitFor();
  await first.locator('.editor .cm-lint-marker-error').waitFor();
  assert.equal(await editor.getAttribute('aria-invalid'), 'true');
  await panel(first, 'Check').getByRole('button', { name: 'line 7' }).click();
  assert.match(await first.evaluate(() => getSelection().toString()), /^\s*text\|holds: dock/);
  // The caret is put behind "hol" and the word that fits is chosen with the keys.
  await editor.press('End');
  for (let i = 0; i < ': dock'.length; i++) await editor.press('ArrowLeft');
  for (let i = 0; i < 'holds'.length; i++) await editor.press('Backspace');
  await editor.press('c');
  await editor.press('o');
  await first.getByRole('option', { name: 'contains' }).waitFor();
  await editor.press('ArrowDown');
  await editor.press('Enter');
  for (let i = 0; i < ': '.length; i++) await editor.press('Backspace');
  await panel(first, 'Check').getByText('In order').waitFor();
  assert.match(await textIn(editor), /\n {8}text\|contains: dock\n/);
  assert.equal(await wrong.count(), 0);
  await panel(first, 'Check').getByText('another confirms it').waitFor();
  await panel(first, 'Check').getByText('2 of 2').waitFor();
  await panel(first, 'Fields').getByRole('button', { name: 'local_hour' }).waitFor();
  assert.deepEqual(await axe(first), []);
});

test('the editor is left by Escape and Tab, and Tab alone writes', async () => {
  const editor = first.getByRole('textbox', { name: 'Rule (Sigma)' });
  const inside = () => first.evaluate(() => !!document.activeElement?.closest('.editor'));
  const before = await textIn(editor);
  await editor.press('Control+End');
  await editor.press('Tab');
  assert.equal(await inside(), true);
  assert.equal(await textIn(editor), `${before}    `);
  await editor.press('Control+z');
  assert.equal(await textIn(editor), before);
  await editor.press('Escape');
  await editor.press('Tab');
  assert.equal(await inside(), false);
});

test('it is tried on last night, and on the last day, before it is kept', async () => {
  const trying = panel(first, 'Try it on past events');
  await button(trying, 'Try').click();
  await trying.getByText(/\d+ events? examined/).waitFor();
  await trying.getByLabel('Time').selectOption('day');
  await button(trying, 'Try').click();
  await trying.getByText('1 hit', { exact: true }).waitFor();
  await trying.getByText('The dock is forced').waitFor();
  assert.equal(await trying.locator('ol.hits ul li').count(), 1);
  await button(first, 'Save').click();
  await first.getByRole('heading', { level: 1, name: 'Dock forced' }).waitFor();
  id = new URL(first.url()).pathname.split('/').pop();
});

test('it is backtested before anybody activates it', async () => {
  const backtest = panel(first, 'What it would have done');
  await backtest.getByText('1 hit', { exact: true }).waitFor();
  const chart = backtest.getByRole('img');
  assert.match(await chart.getAttribute('aria-label'), /^1 hit; days shown: 9\d/);
  assert.equal(await chart.locator('rect').count(), 1);
  await backtest.getByText('As a table').click();
  assert.equal(await backtest.locator('tbody tr').count(), 1);
});

test('one person puts it forward, and cannot confirm it alone', async () => {
  await button(first, 'Propose').click();
  await prove(first);
  await first.getByText('Somebody else has to confirm it.').waitFor();
  assert.equal(await button(first, 'Confirm').count(), 0);
  const alone = await call('POST', `tripwires/${id}/activate`);
  assert.equal(alone.status, 403);
  const { json } = await call('GET', `tripwires/${id}`);
  assert.equal(json.record.status, 'proposed');
});

test('the other sees what it does, its trials and its backtest, and confirms it', async () => {
  await visit(second, demo, '/');
  await second.getByRole('link', { name: /^Tripwire to confirm: .*Dock forced/ }).click();
  await second.getByRole('heading', { level: 1, name: 'Dock forced' }).waitFor();
  const does = panel(second, 'What it does');
  await does.getByText('Somebody comes in where goods come in.').waitFor();
  await does.getByText(/Lock: \u2068stores/).waitFor();
  await does.getByText('2 of 2 trials passed').waitFor();
  await second.locator('[role="img"] rect').waitFor();
  assert.deepEqual(await axe(second), []);
  await button(second, 'Confirm').click();
  await prove(second);
  await second.locator('.head').getByText('Active').waitFor();
  const { json } = await call('GET', `tripwires/${id}`);
  assert.equal(json.record.proposed_by, 'officer');
  assert.equal(json.record.confirmed_by, 'desk');
});

test('a signal trips it, and the hit explains itself', async () => {
  await visit(first, demo, `/tripwires/${id}`);
  const taken = await signal('Forced at the dock, with a bar');
  assert.ok(taken.status < 300, taken.text);
  await panel(first, 'Hits').getByRole('link', { name: 'The dock is forced' }).click();
  await first.getByRole('heading', { level: 1, name: 'The dock is forced' }).waitFor();
  const why = panel(first, 'Why');
  await why.getByText('text|contains: dock').waitFor();
  await why.getByText('Forced at the dock, with a bar').waitFor();
  assert.equal(await first.locator('li.marked').count(), 2);
  await panel(first, 'What should be done').getByText(/Lock: \u2068stores/).waitFor();
  const entry = await why.locator('.event a').first().getAttribute('href');
  assert.match(entry, /^\/ledger\/\d+$/);
  assert.deepEqual(await axe(first), []);
  await visit(first, demo, '/tripwires');
  const line = first.locator('tbody tr', { hasText: 'Dock forced' });
  assert.match(await line.innerText(), /Active\s+High\s+1\s+1/);
});

test('a hit of several events names each of them, and what they have in common', async () => {
  const pair = `title: A door
name: dock_door
logsource: {product: chancery, category: access}
detection: {selection: {code: forced}, condition: selection}
---
title: Two doors of one place
id: two-doors
correlation:
    type: event_count
    rules: [dock_door]
    group-by: [source]
    timespan: 10m
    condition: {gte: 2}
`;
  const made = await call('POST', 'tripwires', { label: 'TLP:GREEN', name: 'Two', rule: pair });
  assert.equal((await call('POST', `tripwires/${made.json.id}/activate`)).status, 200);
  const item = { source: 'dock-1', kind: 'access', priority: 'low', code_system: 'test' };
  const items = ['Left leaf', 'Right leaf'].map((text) => ({ ...item, code: 'forced', text }));
  assert.ok((await call('POST', 'signals', { items })).status < 300);
  await visit(first, demo, `/tripwires/${made.json.id}`);
  await panel(first, 'Hits').getByRole('link', { name: 'Two doors of one place' }).click();
  await first.getByRole('heading', { level: 1, name: 'Two doors of one place' }).waitFor();
  await panel(first, 'Why').locator('ol > li').nth(1).waitFor();
  await panel(first, 'In common').getByText('Reader at the dock').waitFor();
  assert.deepEqual(await axe(first), []);
  await call('POST', `tripwires/${made.json.id}/off`, { why: 'it was a test' });
});

test('why not: the event that comes nearest is shown with what it lacks', async () => {
  await signal('Forced at the gate');
  const { json } = await call('GET', 'ledger/events?backwards=true&limit=20&kind=signal.taken');
  await visit(first, demo, `/tripwires/${id}`);
  await first.getByLabel('Entry in the ledger').fill(String(json.items[0].seq));
  await button(first, 'Explain').click();
  const explained = panel(first, 'Why, or why not');
  await explained.getByText('1 of 2 parts held').waitFor();
  await explained.getByText('Forced at the gate').waitFor();
});

test('another text waits beside the active one, with what it changes', async () => {
  await visit(first, demo, `/tripwires/${id}/edit`);
  const editor = first.getByRole('textbox', { name: 'Rule (Sigma)' });
  const text = await textIn(editor);
  await put(editor, text.replace('level: high', 'level: critical'));
  await panel(first, 'Changes to the active text').locator('li.added').waitFor();
  await button(first, 'Save as the next text').click();
  await first.getByText('A new text is waiting to be activated.').waitFor();
  await button(first, 'Propose').click();
  await prove(first);
  await first.getByText('Somebody else has to confirm it.').waitFor();
  assert.match((await call('GET', `tripwires/${id}`)).json.record.rule, /level: high/);
  await second.getByText('It is waiting for a second person').waitFor();
  assert.equal(await second.locator('li.removed').count(), 1);
  await button(second, 'Give back').click();
  const dialog = second.getByRole('dialog');
  await dialog.getByLabel('Why').fill('high is enough');
  await button(dialog, 'Give back').click();
  await first.getByText('high is enough').first().waitFor();
  const { json } = await call('GET', `tripwires/${id}`);
  assert.equal(json.record.status, 'active');
  assert.match(json.record.next, /level: critical/);
  assert.equal(json.record.next_by, undefined);
});

test('a rule whose source is gone is a fault, on its page and on the overview', async () => {
  const { json } = await call('GET', 'sources?limit=500');
  for (const { record } of json.items) await call('DELETE', `sources/${record.id}?why=gone`);
  await visit(first, demo, `/tripwires/${id}`);
  await button(first, 'Test now').click();
  await first.getByText('Can no longer fire').first().waitFor();
  await first.locator('.head').getByText('Faulted').waitFor();
  await visit(second, demo, '/');
  const faults = second.locator('.tripwires');
  await faults.getByText('nothing here provides events of chancery/access').waitFor();
  await faults.getByText('since').waitFor();
  await visit(first, demo, '/tripwires?state=faulted');
  assert.equal(await first.locator('tbody tr').count(), 1);
  await settled(first);
  assert.deepEqual(await axe(first), []);
  const back = await call('POST', 'sources', {
    label: 'TLP:GREEN',
    name: 'New reader',
    kind: 'door',
    identity: 'dock-2',
    zone: 'stores',
  });
  assert.equal(back.status, 201, back.text);
  await visit(first, demo, `/tripwires/${id}`);
  await button(first, 'Test now').click();
  await first.getByText('It was tried just now.').first().waitFor();
  await first.locator('.head').getByText('Active').waitFor();
});

test('a new rule begins from one that is shipped, found by its words', async () => {
  await visit(second, demo, '/tripwires/new');
  const begin = panel(second, 'Begin from');
  await begin.getByRole('button', { name: 'A door is forced in an armed area' }).waitFor();
  const all = await begin.locator('li').count();
  assert.ok(all >= 50);
  await begin.getByLabel('Looks at').selectOption('access');
  await begin.getByLabel('Level').selectOption('critical');
  assert.ok((await begin.locator('li').count()) < 10);
  assert.equal(await begin.getByText('A door is forced in an armed area').count(), 0);
  await begin.getByLabel('Level').selectOption('high');
  await begin.getByLabel('Find a shipped rule').fill('armed');
  assert.deepEqual(await axe(second), []);
  await begin.getByRole('button', { name: 'A door is forced in an armed area' }).click();
  const editor = second.getByRole('textbox', { name: 'Rule (Sigma)' });
  await panel(second, 'Check').getByText('In order').waitFor();
  assert.match(await textIn(editor), /^title: A door is forced in an armed area\nstatus/);
  const name = second.locator('[data-pointer="/name"] input');
  assert.equal(await name.inputValue(), 'A door is forced in an armed area');
  await button(begin, 'Begin from another rule').click();
  await button(begin, 'Empty frame').click();
  await editor.getByText('detection').waitFor();
  assert.match(await textIn(editor), /^title: \nlogsource/);
});

test('the list by keys alone', async () => {
  await visit(first, demo, '/tripwires');
  await first.locator('tbody tr').first().waitFor();
  await first.keyboard.press('j');
  await first.keyboard.press('j');
  const row = () =>
    first.evaluate(() => document.activeElement?.closest('tr')?.getAttribute('data-row'));
  assert.equal(await row(), '1');
  await first.keyboard.press('Enter');
  await first.getByRole('heading', { level: 1 }).waitFor();
  await first.keyboard.press('u');
  await first.getByRole('heading', { level: 1, name: 'Tripwires' }).waitFor();
  await first.keyboard.press('n');
  await first.getByRole('textbox', { name: 'Rule (Sigma)' }).waitFor();
  assert.deepEqual(first.context().faults, []);
  assert.deepEqual(second.context().faults, []);
});
