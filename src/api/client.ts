// Asks a server, wherever it is: given a function shaped like fetch, it speaks the API and returns
// typed values. What the API refuses becomes a `FingerpostError` with the API's own words.
import { ERROR_CODES, type ErrorCode, FingerpostError } from '../base/errors.ts';
import { isObservation, type Observation, readObservation } from '../checks/observation.ts';
import { resultOf } from './line-stream.ts';
import type {
  Health,
  KeptMessage,
  MessageHistory,
  ObservationProgress,
  ObservationRequest,
  Problem,
  RecipientState,
  RoundTrip,
  RouteExplanation,
  Submission,
  Submitted,
  TestProgress,
  TestRequest,
  WatchedDomain,
  ZonesReloaded,
} from './types.ts';

/** A function shaped like fetch. */
export type Ask = (request: Request) => Promise<Response>;

export interface QueueQuery {
  readonly states?: readonly RecipientState[];
  readonly limit?: number;
  readonly after?: string;
}

export interface Client {
  health(): Promise<Health>;
  /** Oldest first. */
  queue(query: QueueQuery): Promise<readonly KeptMessage[]>;
  /** By our id or by Message-ID; empty where there is none. */
  messages(idOrMessageIdField: string): Promise<readonly MessageHistory[]>;
  route(address: string): Promise<RouteExplanation>;
  submit(submission: Submission): Promise<Submitted>;
  reloadZones(): Promise<ZonesReloaded>;
  watched(): Promise<readonly WatchedDomain[]>;
  observe(
    request: ObservationRequest,
    progress?: (progress: ObservationProgress) => void,
  ): Promise<Observation>;
  test(request: TestRequest, progress?: (progress: TestProgress) => void): Promise<RoundTrip>;
}

/** Only a path counts; the function that is asked decides where it leads. */
const BASE = 'http://localhost';

async function problemIn(response: Response): Promise<Partial<Problem> & Record<string, unknown>> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  return isProblem ? ((await response.json()) as Problem & Record<string, unknown>) : {};
}

function errorOf(response: Response, problem: Partial<Problem>): FingerpostError {
  const code: ErrorCode = ERROR_CODES.find((each) => each === problem.code) ?? 'REQUEST_FAILED';
  const message = problem.detail ?? `the server answered ${response.status}`;
  return new FingerpostError(code, message, { status: response.status });
}

/** A client of whatever `ask` leads to. */
export function createClient(ask: Ask): Client {
  const get = (path: string): Promise<Response> => ask(new Request(`${BASE}${path}`));
  const post = (path: string, body?: Uint8Array, type?: string): Promise<Response> =>
    ask(
      new Request(`${BASE}${path}`, {
        method: 'POST',
        ...(body !== undefined && { body: body as Uint8Array<ArrayBuffer> }),
        ...(type !== undefined && { headers: { 'content-type': type } }),
      }),
    );
  return {
    health: async () => {
      const response = await get('/health');
      // 503 says "in trouble", and its body says which.
      return response.status === 503 ? await bodyOf(response, true) : await bodyOf(response);
    },
    queue: async ({ states, limit, after }) => {
      const query = new URLSearchParams({
        ...(states !== undefined && { states: states.join(',') }),
        ...(limit !== undefined && { limit: String(limit) }),
        ...(after !== undefined && { after }),
      });
      const body = await bodyOf<{ messages: KeptMessage[] }>(await get(`/api/v1/queue?${query}`));
      return body.messages;
    },
    messages: async (id) => {
      const response = await get(`/api/v1/messages/${encodeURIComponent(id)}`);
      if (response.status === 404) return [];
      return (await bodyOf<{ messages: MessageHistory[] }>(response)).messages;
    },
    route: async (address) =>
      bodyOf(await get(`/api/v1/route?address=${encodeURIComponent(address)}`)),
    submit: async ({ sender, recipients, message, via }) => {
      const query = new URLSearchParams([
        ['from', sender],
        ...recipients.map((recipient) => ['to', recipient]),
        ...(via === undefined ? [] : [['via', via]]),
      ] as [string, string][]);
      const response = await post(`/api/v1/messages?${query}`, message, 'message/rfc822');
      if (response.status !== 422) return bodyOf(response);
      return { reply: (await problemIn(response)).reply } as Submitted;
    },
    reloadZones: async () => bodyOf(await post('/api/v1/zones/reload')),
    watched: async () => {
      const body = await bodyOf<{ domains: WatchedDomain[] }>(await get('/api/v1/watches'));
      return body.domains;
    },
    observe: async (request, progress) => {
      const body = new TextEncoder().encode(JSON.stringify(request));
      const response = await post('/api/v1/observations', body, 'application/json');
      if (!response.ok) throw errorOf(response, await problemIn(response));
      const read = readObservation(await resultOf(response, progress ?? (() => {})));
      if (isObservation(read)) return read;
      throw new FingerpostError(
        'REQUEST_FAILED',
        `the observation cannot be read: ${read.because}`,
      );
    },
    test: async (request, progress) => {
      const body = new TextEncoder().encode(JSON.stringify(request));
      const response = await post('/api/v1/tests', body, 'application/json');
      if (!response.ok) throw errorOf(response, await problemIn(response));
      return JSON.parse(await resultOf(response, progress ?? (() => {}))) as RoundTrip;
    },
  };
}

/** The body of a success; a refusal is thrown. `anyway`: a body that says no is still an answer. */
async function bodyOf<T>(response: Response, anyway = false): Promise<T> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  if (isJson && (response.ok || anyway)) return (await response.json()) as T;
  throw errorOf(response, await problemIn(response));
}
