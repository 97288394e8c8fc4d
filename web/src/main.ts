import './lib/trusted.ts';
import './ui/fonts.css';
import './ui/tokens.css';
import './ui/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { i18n, wantedLanguage } from './lib/i18n.svelte.ts';
import { keys } from './lib/keys.svelte.ts';
import { leaving } from './lib/leaving.svelte.ts';
import { router } from './lib/router.svelte.ts';
import { look } from './lib/theme.svelte.ts';

look.start();
leaving.start();
router.start();
keys.start();
await i18n.use(wantedLanguage());

const target = document.getElementById('app');
if (target) mount(App, { target });
