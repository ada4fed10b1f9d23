// A mail server that is measured: ours, or a peer.
import type { CpuMeter } from '../support/cpu-meter.ts';

export interface Contender {
  readonly name: string;
  /** `127.0.0.1:2587`: where it takes mail for everybody. */
  readonly submission: string;
  readonly meter: CpuMeter;
  /** Messages that it has not brought away yet. */
  isEmpty(): boolean;
  stop(): Promise<void>;
}
