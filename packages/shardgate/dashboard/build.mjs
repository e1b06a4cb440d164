// Builds the dashboard into one folder of hashed files that fetches nothing from elsewhere.
// node build.mjs [folder]; without a folder: ../dist/dashboard.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('.', import.meta.url));
const folder = process.argv[2] ?? fileURLToPath(new URL('../dist/dashboard', import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: source,
  // The theme is a classic script of its own: it has to run before the first paint.
  entryPoints: ['main.tsx', 'theme-at-start.ts'],
  outdir: folder,
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'iife',
  // The first with light-dark() and @property.
  target: ['chrome123', 'firefox128', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'inline',
  write: false,
});

const icon = await readFile(join(source, 'icon.svg'));
const files = new Map([
  ...outputFiles.map((file) => [basename(file.path), file.contents]),
  [`icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`, icon],
]);

/** The one built file whose name begins and ends so. */
function named(start, end) {
  const found = [...files.keys()].filter((name) => name.startsWith(`${start}-`) && name.endsWith(end));
  if (found.length !== 1) throw new Error(`expected one ${start}-*${end}, found: ${found.join(', ') || 'none'}`);
  return found[0];
}

const page = (await readFile(join(source, 'index.html'), 'utf8'))
  .replace('%THEME%', named('theme-at-start', '.js'))
  .replace('%STYLE%', named('main', '.css'))
  .replace('%SCRIPT%', named('main', '.js'))
  .replace('%ICON%', named('icon', '.svg'))
  .replace(/\n\s*/g, '\n');
files.set('index.html', Buffer.from(page));

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const [name, contents] of files) await writeFile(join(folder, name), contents);
