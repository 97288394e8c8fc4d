// Light, dark, or night; by the machine's wish until somebody chooses.
export const themes = ['light', 'dark', 'night'] as const;
export type Theme = (typeof themes)[number];

class Look {
  theme = $state<Theme>('light');

  start(): void {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const chosen = localStorage.getItem('theme');
    this.#set(themes.find((one) => one === chosen) ?? (dark.matches ? 'dark' : 'light'));
    dark.addEventListener('change', () => {
      if (!localStorage.getItem('theme')) this.#set(dark.matches ? 'dark' : 'light');
    });
  }
  choose(theme: Theme): void {
    localStorage.setItem('theme', theme);
    this.#set(theme);
  }
  #set(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset['theme'] = theme;
  }
}

export const look = new Look();
