// Where we are: the address. Links are plain links; a click on one of ours changes the page in
// place. A form that has been changed is asked about first.
import { leaving } from './leaving.svelte.ts';

class Router {
  path = $state(location.pathname);
  search = $state(location.search);

  /** The parts of the path: /zones/01J/edit is ["zones", "01J", "edit"]. */
  get parts(): string[] {
    return this.path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  }
  get params(): URLSearchParams {
    return new URLSearchParams(this.search);
  }

  go(address: string): void {
    leaving.ask(() => this.#open(address));
  }
  #open(address: string): void {
    if (address.endsWith('.html')) return location.assign(address); // a page apart
    history.pushState(null, '', address);
    this.read();
    document.querySelector('main')?.scrollTo(0, 0);
  }
  /** Change the address without a new step in the history (filters, columns). */
  amend(address: string): void {
    history.replaceState(null, '', address);
    this.read();
  }
  read(): void {
    this.path = location.pathname;
    this.search = location.search;
  }

  /** Back and forward have already changed the address: it is put back while it is asked. */
  #popped(): void {
    if (!leaving.holds) return this.read();
    history.pushState(null, '', this.path + this.search);
    leaving.ask(() => history.back());
  }

  start(): void {
    addEventListener('popstate', () => this.#popped());
    document.addEventListener('click', (event) => {
      if (event.defaultPrevented || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (!link || link.target || link.hasAttribute('download')) return;
      const url = new URL(link.href, location.href);
      if (url.origin !== location.origin || url.pathname.startsWith('/api/')) return;
      if (url.hash && url.pathname === location.pathname) return;
      event.preventDefault();
      this.go(url.pathname + url.search);
    });
  }
}

export const router = new Router();
