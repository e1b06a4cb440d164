import { keptTheme, showTheme } from './theme.ts';

showTheme(keptTheme());
