// Facts that are too much: what strangers make us keep has a limit, and beyond it a fact says that
// it was left out, in the way in which others of its kind say that nothing is known.
import type { RecordedFact } from '../checks/fact.ts';
import { hostText } from '../dns/name.ts';

const BECAUSE = 'it was left out, since too much was said before';
const FAILURE = { kind: 'failure', failure: 'unreachable', because: BECAUSE } as const;

/** The same fact without what it holds. */
export function leftOut(fact: RecordedFact): RecordedFact {
  const { id, at, tookMs } = fact;
  const frame = { id, at, tookMs };
  switch (fact.kind) {
    case 'lookup':
    case 'resolved':
      return { ...frame, kind: fact.kind, want: fact.want, lookup: FAILURE } as RecordedFact;
    case 'zone': {
      const { kind, want } = fact;
      return { ...frame, kind, want, delegation: { ...FAILURE, at: want.name } };
    }
    case 'answers':
      return { ...frame, kind: fact.kind, want: fact.want, answers: [], because: BECAUSE };
    case 'dialogue': {
      const { kind, want, dialogue } = fact;
      const { address, port, startedAt } = dialogue;
      const connect = { kind: 'not-tried', because: BECAUSE } as const;
      const empty = { host: hostText(want.host), address, port, startedAt, connect, steps: [] };
      return { ...frame, kind, want, dialogue: empty };
    }
    case 'page':
      return {
        ...frame,
        kind: fact.kind,
        want: fact.want,
        page: { kind: 'failed', stage: 'name', because: BECAUSE },
      };
    case 'egress': {
      const { kind, want, open } = fact;
      return { ...frame, kind, want, ...(open !== undefined && { open }), because: BECAUSE };
    }
  }
}
