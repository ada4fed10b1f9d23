// Every command. A new one is a file of its own and a line here.
import type { CommandSpec } from '../call.ts';
import { demo } from './demo.ts';
import { queueList } from './queue-list.ts';
import { queueShow } from './queue-show.ts';
import { route } from './route.ts';
import { send } from './send.ts';
import { serve } from './serve.ts';
import { why } from './why.ts';
import { zoneCheck } from './zone-check.ts';
import { zoneReload } from './zone-reload.ts';

export const COMMANDS: readonly CommandSpec[] = [
  serve,
  demo,
  route,
  send,
  queueList,
  queueShow,
  why,
  zoneCheck,
  zoneReload,
];
