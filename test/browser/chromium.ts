import { findProgram, isProgram, type FoundProgram } from '../services/debian-package.ts';

/**
 * Looks for Chromium: `$CHROMIUM_PATH`, then the usual names in `$PATH`. Where there is none and we are root on Debian, it is installed
 * from Debian's own packages, which is said on standard error.
 */
export async function findChromium(): Promise<FoundProgram> {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen) return isProgram(chosen) ? { path: chosen } : { missing: `CHROMIUM_PATH names no program: ${chosen}` };
  const found = await findProgram({ names: ['chromium', 'chromium-browser', 'google-chrome'], package: 'chromium' });
  return 'path' in found ? found : { missing: `${found.missing}, or set CHROMIUM_PATH` };
}
