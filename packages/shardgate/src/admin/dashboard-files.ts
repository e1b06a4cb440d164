import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { MAX_DASHBOARD_BYTES } from './defaults.ts';

/** A file of the dashboard, as it is sent. */
export interface DashboardFile {
  /** `/` for the page itself. */
  readonly path: string;
  readonly type: string;
  readonly cacheControl: string;
  readonly bytes: Buffer;
}

/** Files of other kinds are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** A name that holds a hash of the content never stands for another content. */
const HASHED = /-[0-9A-Za-z]{8,}\.[0-9a-z]+$/;

/** Reads the files of a built dashboard. No path of a request ever reaches the disk. @throws {Error} when there is no dashboard in the folder */
export function readDashboard(folder: string): DashboardFile[] {
  const files = namesIn(folder).flatMap((name): DashboardFile[] => {
    const type = TYPES[extname(name)];
    if (type === undefined) return [];
    const cacheControl = HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-store';
    const path = name === 'index.html' ? '/' : `/${encodeURI(name.split(sep).join('/'))}`;
    return [{ path, type, cacheControl, bytes: readFileSync(join(folder, name)) }];
  });
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > MAX_DASHBOARD_BYTES) {
    throw new RangeError(
      `dashboardFolder: ${folder} holds ${size} bytes, more than a dashboard has; give its own folder`,
    );
  }
  if (!files.some(({ path }) => path === '/')) {
    throw new Error(
      `dashboardFolder: there is no index.html in ${folder}; build the dashboard first, or leave the option out`,
    );
  }
  return files;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw new Error(`dashboardFolder: ${folder} cannot be read; build the dashboard first, or leave the option out`, {
      cause,
    });
  }
}
