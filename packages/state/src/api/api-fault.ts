/** Thrown by a route to answer with a status and a sentence. */
export class ApiFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** There is no such object in the cache. */
export function notFound(what: string): ApiFault {
  return new ApiFault(404, `${what} is not in the cache`);
}
