// How commands come by observations: made now, with progress on a terminal, or read from a file.
import type { Client } from '../api/client.ts';
import type { ObservationProgress, ObservationRequest } from '../api/types.ts';
import { FingerpostError } from '../base/errors.ts';
import { showText } from '../base/show.ts';
import { isObservation, type Observation, readObservation } from '../checks/observation.ts';
import type { Call } from './call.ts';
import { textIn } from './given-file.ts';
import { printHost } from './words.ts';

/** An observation made now, by this command itself. */
export function observed(call: Call, request: ObservationRequest): Promise<Observation> {
  return call.askOwn((client) => observedBy(client, call, request));
}

/** The same by a client that may be asked again; `before` stands before the progress. */
export async function observedBy(
  client: Client,
  call: Call,
  request: ObservationRequest,
  before: () => string = () => '',
): Promise<Observation> {
  const line = call.around.progress;
  try {
    const show = (progress: ObservationProgress): void =>
      line.show(before() + progressText(progress));
    return await client.observe(request, show);
  } finally {
    line.clear();
  }
}

/** `example.com: 120 of 131 answered; waiting for dialogue mail.example.com. 192.0.2.1`. */
function progressText({ domain, answered, wanted, waitingFor }: ObservationProgress): string {
  const waiting = waitingFor[0] === undefined ? '' : `; waiting for ${showText(waitingFor[0])}`;
  return `${printHost(domain)}: ${answered} of ${wanted} answered${waiting}`;
}

/** One that `check --save` wrote. Throws `USAGE` for any other file. */
export function savedObservation(call: Call, file: string): Observation {
  const read = readObservation(textIn(call, file));
  if (isObservation(read)) return read;
  const because = `${showText(file)} is no observation: ${read.because}`;
  throw new FingerpostError('USAGE', because, { file });
}
