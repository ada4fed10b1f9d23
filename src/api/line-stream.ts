// Long work as a stream of JSON lines (`application/x-ndjson`): progress as it happens, and the
// result, or the problem, as the last line. Whoever asked may go away; the work goes on to its end.
import { ERROR_CODES, FingerpostError } from '../base/errors.ts';
import { problemOf } from './problem.ts';
import type { Problem } from './types.ts';

/** One line of a stream. */
type Line<P> =
  | { readonly progress: P }
  /** The result, as JSON text of its own: it may hold what plain JSON does not. */
  | { readonly result: string }
  | { readonly problem: Problem };

const LINES_TYPE = 'application/x-ndjson';

type Work<P> = (tell: (progress: P) => void) => Promise<string>;

/** A response that tells the progress of `work` and ends with its result. */
export function streamOf<P>(work: Work<P>): Response {
  const encoder = new TextEncoder();
  let isHeard = true;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (line: Line<P>): void => {
        if (isHeard) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      write(await endOf(work, (progress) => write({ progress })));
      if (isHeard) controller.close();
    },
    cancel() {
      isHeard = false;
    },
  });
  return new Response(body, { headers: { 'content-type': LINES_TYPE } });
}

async function endOf<P>(work: Work<P>, tell: (progress: P) => void): Promise<Line<P>> {
  try {
    return { result: await work(tell) };
  } catch (error) {
    return { problem: (await problemOf(error).json()) as Problem };
  }
}

/** Reads such a stream to its end: the result. A problem in it is thrown. */
export async function resultOf<P>(
  response: Response,
  tell: (progress: P) => void,
): Promise<string> {
  for await (const text of linesIn(response)) {
    const line = lineIn<P>(text);
    if ('progress' in line) tell(line.progress);
    else if ('result' in line) return line.result;
    else throw errorOf(line.problem);
  }
  throw new FingerpostError('REQUEST_FAILED', 'the answer broke off before its end');
}

/** One that another program wrote, or that was cut, is no mistake of this one. */
function lineIn<P>(text: string): Line<P> {
  try {
    return JSON.parse(text) as Line<P>;
  } catch {
    throw new FingerpostError('REQUEST_FAILED', 'the answer holds what is no JSON');
  }
}

function errorOf({ code, detail, status }: Problem): FingerpostError {
  const known = ERROR_CODES.find((each) => each === code) ?? 'REQUEST_FAILED';
  return new FingerpostError(known, detail, { status });
}

async function* linesIn(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
