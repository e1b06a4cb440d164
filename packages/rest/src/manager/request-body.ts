import { show } from '../options/option-check.ts';

/** A file to upload. */
export interface RestFile {
  /** File name, shown in Discord. */
  readonly name: string;
  readonly data: Uint8Array | Blob | string;
  /** Media type; Discord guesses from the name when not given. */
  readonly contentType?: string | undefined;
  /** Name of the form field. Default `files[0]`, `files[1]` … */
  readonly key?: string | undefined;
}

/** A body in its final bytes. */
export interface RequestBody {
  readonly bytes: Uint8Array | undefined;
  /** Undefined when the bytes are the caller's own and the caller names their type. */
  readonly contentType: string | undefined;
}

/** Encodes a body: bytes and forms as they are, files as a form with `payload_json`, all else as JSON. */
export async function encodeBody(body: unknown, files: readonly RestFile[]): Promise<RequestBody> {
  const attached = [...files, ...discordenoFiles(body)];
  if (attached.length > 0) return encodeForm(fileForm(withoutFiles(body), attached));
  if (body === undefined || body === null) return { bytes: undefined, contentType: undefined };
  if (isForm(body)) return encodeForm(body);
  if (body instanceof Uint8Array) return { bytes: body, contentType: undefined };
  return { bytes: Buffer.from(toJson(body)), contentType: 'application/json' };
}

/** JSON in which bigints are strings, as Discord wants its ids. */
function toJson(body: unknown): string {
  const text: unknown = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  if (typeof text !== 'string') throw new TypeError(`body: expected a value that JSON can hold, got ${show(body)}`);
  return text;
}

/** Adds parameters to a query. Lists repeat their name; null and undefined are left out. */
export function addQuery(query: string, parameters: object): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value as unknown]) {
      if (item === undefined || item === null) continue;
      if (
        typeof item !== 'string' &&
        typeof item !== 'number' &&
        typeof item !== 'bigint' &&
        typeof item !== 'boolean'
      ) {
        throw new TypeError(
          `query: "${name}" is expected to be text, a number, a bigint or a boolean, got ${show(item)}`,
        );
      }
      all.append(name, item.toString());
    }
  }
  // Added as text: what the route brought keeps its bytes.
  const added = all.toString();
  if (added === '') return query;
  return query.length > 1 ? `${query}&${added}` : `?${added}`;
}

/** True for a FormData of any realm or package: Node's own and undici's are different classes. */
function isForm(value: unknown): value is FormData {
  return Object.prototype.toString.call(value) === '[object FormData]';
}

function fileForm(payload: unknown, files: readonly RestFile[]): FormData {
  const form = new FormData();
  if (payload !== undefined && payload !== null) form.append('payload_json', toJson(payload));
  for (const [index, file] of files.entries()) {
    const type = file.contentType ?? (file.data instanceof Blob ? file.data.type : '');
    form.append(file.key ?? `files[${index}]`, new Blob([file.data], { type }), file.name);
  }
  return form;
}

async function encodeForm(form: FormData): Promise<RequestBody> {
  const own = new FormData();
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') own.append(name, value);
    else own.append(name, value, value.name);
  }
  const encoded = new Response(own);
  return {
    bytes: new Uint8Array(await encoded.arrayBuffer()),
    contentType: encoded.headers.get('content-type') ?? undefined,
  };
}

/** Discordeno 13 puts files into the body: `file: { blob, name }` or a list of those. */
function discordenoFiles(body: unknown): RestFile[] {
  if (!isRecord(body) || body['file'] === undefined) return [];
  const listed: unknown[] = Array.isArray(body['file']) ? body['file'] : [body['file']];
  const files: RestFile[] = [];
  for (const item of listed) {
    if (!isRecord(item) || !(item['blob'] instanceof Blob) || typeof item['name'] !== 'string') return [];
    files.push({ name: item['name'], data: item['blob'] });
  }
  return files;
}

function withoutFiles(body: unknown): unknown {
  if (!isRecord(body) || discordenoFiles(body).length === 0) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'file'));
}

/** True for objects that are read by property. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isForm(value) && !ArrayBuffer.isView(value)
  );
}
