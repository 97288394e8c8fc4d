/** Built for the demonstration as well (web/vite.config.ts)? */
declare const __DEMONSTRATION__: boolean;

// What web/words.ts makes of the words of all folders.
declare module 'virtual:words/*' {
  const messages: import('./lib/plural.ts').Messages;
  export default messages;
}
