import { startDeadline } from '../http/deadline.ts';
import { abortError } from '../http/http-exchange.ts';
import { RestError } from '../rest-error.ts';
import type { RouteArgument } from '../routes/route.ts';
import { trace } from '../trace.ts';
import type { RestManager, RunMethodOptions } from './rest-manager.ts';

/** Default of `rest.runMethod`. */
export async function runMethod<Result>(
  rest: RestManager,
  method: string,
  route: RouteArgument<Result>,
  body?: unknown,
  options: RunMethodOptions = {},
): Promise<Result> {
  const request = await rest.createRequest(rest, method, route, body, options);
  const { method: verb, route: path, timeoutMs } = request;
  trace(rest.debug, 'rest request', { method: verb, route: path });
  const deadline = startDeadline(
    rest.clock,
    timeoutMs,
    {
      expired: () =>
        new RestError('timeout', `${verb} ${path}: no answer within ${timeoutMs} ms`, { method: verb, route: path }),
      aborted: (signal) => abortError(signal, verb, path),
    },
    request.signal,
  );
  try {
    const reply = await Promise.race([
      rest.sendRequest(rest, { ...request, signal: deadline.signal }),
      deadline.passed,
    ]);
    trace(rest.debug, 'rest reply', { method: verb, route: path, status: reply.status });
    // The type is the route's promise; Discord's answer is not checked against it.
    return rest.readReply(rest, request, reply) as Result;
  } catch (error) {
    trace(rest.debug, 'rest error', { method: verb, route: path, error });
    throw error;
  } finally {
    deadline.clear();
    // Whatever still waits for a deadline that is over (a replaced sendRequest, a queue) is told to stop.
    deadline.abort(new RestError('aborted', `${verb} ${path}: the call has ended`, { method: verb, route: path }));
  }
}
