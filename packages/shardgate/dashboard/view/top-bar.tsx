import { useState } from 'preact/hooks';
import { setLogLevel } from '../live/api.ts';
import { useLive } from '../live/store.ts';
import { chooseTheme, keptTheme, type Theme } from '../theme.ts';
import { useConfirm } from './actions.tsx';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const SAYS = { connecting: 'Connecting…', live: 'Live', lost: 'Not connected', locked: 'Locked' } as const;

/** The name, how the page stands with the service, and what concerns the whole. */
export function TopBar() {
  const link = useLive((state) => state.link.kind);
  const version = useLive((state) => state.snapshot?.overview.version);
  return (
    <header class="top-bar">
      <h1>
        Shardgate <span class="version">{version ?? ''}</span>
      </h1>
      <p class="link" data-link={link} role="status">
        {SAYS[link]}
      </p>
      <LogLevelChoice />
      <ThemeChoice />
    </header>
  );
}

function LogLevelChoice() {
  const level = useLive((state) => state.snapshot?.logLevel);
  const confirm = useConfirm();
  return (
    <label class="choice">
      <span>Log level</span>
      <select
        value={level ?? ''}
        disabled={level === undefined}
        onChange={({ currentTarget }) => {
          const wanted = currentTarget.value;
          // It shows what is, until the service says otherwise.
          currentTarget.value = level ?? '';
          confirm({
            title: `Log from “${wanted}” on?`,
            text: 'This holds until the process ends. The levels debug and trace cost time and disk space.',
            verb: 'Set log level',
            done: `The log level is ${wanted}.`,
            act: () => setLogLevel(wanted),
          });
        }}
      >
        {level === undefined ? <option value="">–</option> : null}
        {LOG_LEVELS.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ThemeChoice() {
  const [theme, show] = useState(keptTheme);
  return (
    <label class="choice">
      <span>Theme</span>
      <select
        value={theme}
        onChange={({ currentTarget }) => {
          const chosen = THEMES.find((name) => name === currentTarget.value) ?? 'auto';
          chooseTheme(chosen);
          show(chosen);
        }}
      >
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
