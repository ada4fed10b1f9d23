// Counters of what happened, made of events alone, as the text that Prometheus reads (exposition
// format 0.0.4). They count from the start of the server.
import type { EventHub, FingerpostEvent } from '../base/events.ts';

interface Counter {
  readonly name: string;
  readonly help: string;
  readonly kinds: readonly FingerpostEvent['kind'][];
}

const COUNTERS: readonly Counter[] = [
  {
    name: 'fingerpost_connections_total',
    help: 'SMTP connections that clients opened.',
    kinds: ['connection.opened'],
  },
  {
    name: 'fingerpost_messages_accepted_total',
    help: 'Messages taken into the queue.',
    kinds: ['message.accepted'],
  },
  {
    name: 'fingerpost_messages_refused_total',
    help: 'Messages refused in the dialogue.',
    kinds: ['message.refused'],
  },
  {
    name: 'fingerpost_targets_tried_total',
    help: 'Addresses of mail hosts that were tried.',
    kinds: ['target.tried'],
  },
  {
    name: 'fingerpost_recipients_delivered_total',
    help: 'Recipients whose mail is in a mailbox or at the next server.',
    kinds: ['recipient.delivered'],
  },
  {
    name: 'fingerpost_recipients_deferred_total',
    help: 'Attempts for a recipient that ended with "later".',
    kinds: ['recipient.deferred'],
  },
  {
    name: 'fingerpost_recipients_failed_total',
    help: 'Recipients given up.',
    kinds: ['recipient.failed'],
  },
  {
    name: 'fingerpost_recipients_bounced_total',
    help: 'Recipients whose sender was told by a bounce.',
    kinds: ['recipient.bounced'],
  },
  {
    name: 'fingerpost_probe_arrived_total',
    help: 'Probes of round trips that were seen to arrive.',
    kinds: ['probe.arrived'],
  },
  {
    name: 'fingerpost_probe_lost_total',
    help: 'Probes of round trips that a host took, and that were not seen to arrive.',
    kinds: ['probe.lost'],
  },
  {
    name: 'fingerpost_zones_loaded_total',
    help: 'Versions of zones that went into service.',
    kinds: ['zone.loaded'],
  },
  {
    name: 'fingerpost_zones_refused_total',
    help: 'Zone files that were refused for their faults.',
    kinds: ['zone.refused'],
  },
  {
    name: 'fingerpost_storage_failures_total',
    help: 'Writes or reads that the storage refused.',
    kinds: ['storage.failed'],
  },
];

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Starts to count; returns the function that prints the counts. */
export function countEvents(events: Pick<EventHub, 'listen'>): () => string {
  const counts = new Map<FingerpostEvent['kind'], number>();
  events.listen(({ kind }) => counts.set(kind, (counts.get(kind) ?? 0) + 1));
  return () =>
    COUNTERS.map(({ name, help, kinds }) => {
      const count = kinds.reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
      return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${name} ${count}\n`;
    }).join('');
}
