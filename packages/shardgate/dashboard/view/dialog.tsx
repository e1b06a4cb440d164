import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

interface DialogProps {
  readonly title: string;
  /** Called when it is left: by its button, Escape, or a click beside it. Without it the dialog cannot be left. */
  readonly onClose?: () => void;
  readonly role?: 'alertdialog';
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A modal dialog, open as long as it is drawn. The browser keeps the focus inside and gives it back afterwards. */
export function Dialog({ title, onClose, role, class: className = '', children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    // Closed before it leaves the page: only then does the focus go back to where it was.
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={box}
      class={className}
      role={role}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onPointerDown={(event) => {
        if (event.target === box.current) onClose?.();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          {onClose ? (
            <button type="button" class="button quiet" aria-label="Close" onClick={onClose}>
              <span aria-hidden="true">✕</span>
            </button>
          ) : null}
        </header>
        {children}
      </div>
    </dialog>
  );
}
