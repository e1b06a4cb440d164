import { useState } from 'preact/hooks';
import { unlock } from '../live/connection.ts';
import { Dialog } from './dialog.tsx';

/** Asks for the key that the service wants. */
export function KeyDialog({ wrong }: { readonly wrong: boolean }) {
  const [typed, type] = useState('');
  return (
    <Dialog title="This service is locked" class="confirm-dialog">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim()) unlock(typed.trim());
        }}
      >
        <p>Its secret key opens this page. The key stays in this tab and is forgotten when the tab is closed.</p>
        <label class="field">
          Secret key
          <input
            type="password"
            autocomplete="current-password"
            autofocus
            required
            value={typed}
            aria-invalid={wrong}
            aria-describedby="key-problem"
            onInput={(event) => type(event.currentTarget.value)}
          />
        </label>
        <p class="problem" id="key-problem" role="alert">
          {wrong ? 'That was not the key.' : ''}
        </p>
        <footer class="dialog-foot">
          <button type="submit" class="button primary">
            Open
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
