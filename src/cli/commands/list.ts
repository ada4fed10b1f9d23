// Every command. A new one is a file of its own and a line here.
import type { CommandSpec } from '../call.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { drill } from './drill.ts';
import { queueList } from './queue-list.ts';
import { queueShow } from './queue-show.ts';
import { route } from './route.ts';
import { send } from './send.ts';
import { serve } from './serve.ts';
import { test } from './test.ts';
import { watch } from './watch.ts';
import { why } from './why.ts';
import { zoneCheck } from './zone-check.ts';
import { zoneReload } from './zone-reload.ts';

export const COMMANDS: readonly CommandSpec[] = [
  serve,
  demo,
  route,
  check,
  drill,
  watch,
  test,
  send,
  queueList,
  queueShow,
  why,
  zoneCheck,
  zoneReload,
];
