// Where the focus goes in a form that was refused.

/** To the control of the field at a JSON Pointer, or to the nearest that is around it; what is
 * folded away is opened. */
export function focusField(form: HTMLElement, pointer: string): void {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const field = form.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(at)}"]`);
    const control = field?.querySelector<HTMLElement>('input, select, textarea, button');
    if (!control) continue;
    const folded = control.closest('details');
    if (folded) folded.open = true;
    control.focus();
    return;
  }
}

/** To the first field that says what is wrong with it. */
export function focusFault(form: HTMLElement | null): void {
  const field = form?.querySelector('.wrong')?.closest('[data-pointer]');
  if (form && field) focusField(form, field.getAttribute('data-pointer') ?? '');
}
