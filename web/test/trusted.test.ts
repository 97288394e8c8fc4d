import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOurScript } from '../src/lib/trusted.ts';

const BASE = 'https://mission.example:8022/records/zones';

test('workers of the build and of the phone are ours', () => {
  assert.ok(isOurScript('/phone-worker.js', BASE));
  assert.ok(isOurScript('/assets/maplibre-gl-worker-CX1.mjs', BASE));
  assert.ok(isOurScript('https://mission.example:8022/assets/a.js', BASE));
});

test('nothing else becomes a script', () => {
  for (const address of [
    'https://elsewhere.example/assets/a.js',
    'http://mission.example:8022/assets/a.js',
    'https://mission.example/assets/a.js',
    '//elsewhere.example/phone-worker.js',
    '/api/v1/attachments/01J/content',
    '/assets/../api/v1/attachments/01J/content.js',
    '/assets/a.css',
    '/assets/a.js?b',
    '/assets/a.js#b',
    'data:text/javascript,1',
    'blob:https://mission.example:8022/0',
    '',
  ])
    assert.ok(!isOurScript(address, BASE), address);
});
