import type { FastifyInstance } from 'fastify';
import type { DashboardFile } from './dashboard-files.ts';

/** Scripts, styles and data come from this server and from nowhere else, and nobody may frame the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds the dashboard's files. They need no key, and hold nothing secret: the page asks for the key, and its requests carry it. */
export function addDashboardRoutes(app: FastifyInstance, files: readonly DashboardFile[]): void {
  for (const { path, type, cacheControl, bytes } of files) {
    app.get(path, { config: { isOpen: true }, schema: { hide: true } }, (_, reply) =>
      reply
        .headers({ 'content-security-policy': CONTENT_SECURITY_POLICY, 'cache-control': cacheControl })
        .type(type)
        .send(bytes),
    );
  }
}
