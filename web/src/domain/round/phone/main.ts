// The page of a guard's phone: rounds, the timer of a guard who is alone, a call for help. A page
// of its own, small, that opens without a net.
import '../../../lib/trusted.ts';
import '../../../ui/fonts.css';
import '../../../ui/tokens.css';
import '../../../ui/base.css';
import { mount } from 'svelte';
import { i18n, wantedLanguage } from '../../../lib/i18n.svelte.ts';
import { look } from '../../../lib/theme.svelte.ts';
import { keepFiles } from './files.ts';
import Phone from './Phone.svelte';

look.start();
await i18n.use(wantedLanguage());

const target = document.getElementById('app');
if (target) mount(Phone, { target });
void keepFiles();
