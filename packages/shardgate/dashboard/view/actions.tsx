import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';

/** Something to be done, once somebody has said yes. */
export interface Action {
  readonly title: string;
  /** What it does and what it costs. */
  readonly text: string;
  /** On the button. */
  readonly verb: string;
  readonly danger?: boolean;
  /** Said when it is done. */
  readonly done: string;
  readonly act: () => Promise<void>;
}

const Confirm = createContext<(action: Action) => void>(() => undefined);

/** Asks before it acts, and says how it went. */
export const useConfirm = (): ((action: Action) => void) => useContext(Confirm);

const NOTICE_MS = 6_000;

/** Holds the confirmation and the notice of what was done for everything inside. */
export function Actions({ children }: { readonly children: ComponentChildren }) {
  const [action, ask] = useState<Action>();
  const [notice, say] = useState('');

  useEffect(() => {
    if (!notice) return undefined;
    const timer = setTimeout(() => say(''), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  const open = useCallback((next: Action) => {
    say('');
    ask(next);
  }, []);

  return (
    <Confirm.Provider value={open}>
      {children}
      {action ? (
        <ConfirmDialog
          action={action}
          onEnd={(text) => {
            ask(undefined);
            if (text) say(text);
          }}
        />
      ) : null}
      <Notice text={notice} />
    </Confirm.Provider>
  );
}

/** In the top layer, so that it is seen above a dialog. */
function Notice({ text }: { readonly text: string }) {
  const [box, hold] = useState<HTMLDivElement | null>(null);
  useEffect(() => {
    if (!box) return;
    if (box.matches(':popover-open')) box.hidePopover();
    if (text) box.showPopover();
  }, [box, text]);
  return (
    <>
      <div ref={hold} class="notice" popover="manual" aria-hidden="true">
        {text}
      </div>
      <div class="visually-hidden" role="status">
        {text}
      </div>
    </>
  );
}

function ConfirmDialog({ action, onEnd }: { readonly action: Action; readonly onEnd: (text: string) => void }) {
  const [busy, work] = useState(false);
  const [problem, say] = useState('');

  const act = (): void => {
    work(true);
    say('');
    action.act().then(
      () => onEnd(action.done),
      (error: unknown) => {
        work(false);
        say(error instanceof Error ? error.message : String(error));
      },
    );
  };

  return (
    <Dialog title={action.title} role="alertdialog" class="confirm-dialog" onClose={() => onEnd('')}>
      <p>{action.text}</p>
      <p class="problem" role="alert">
        {problem ? `This was not done: ${problem}.` : ''}
      </p>
      <footer class="dialog-foot">
        <button type="button" class="button" autofocus onClick={() => onEnd('')}>
          Cancel
        </button>
        <button type="button" class={action.danger ? 'button danger' : 'button primary'} disabled={busy} onClick={act}>
          {busy ? 'Doing it…' : action.verb}
        </button>
      </footer>
    </Dialog>
  );
}
