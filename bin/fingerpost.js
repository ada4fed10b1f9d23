#!/usr/bin/env node
// Starts the command. This file is plain old JavaScript on purpose: it must run on any Node, so
// that an older one can hand over to the Node that came with `npm ci`, or say what is missing. No
// warning of the runtime reaches the terminal; exit code and signals are passed on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR_NEEDED = 26;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The command itself: sources in a clone, JavaScript in an installed package. */
function entry() {
  const built = join(root, 'dist', 'cli', 'main.js');
  const source = join(root, 'src', 'cli', 'main.ts');
  return existsSync(source) ? source : built;
}

/** The Node that npm put beside us, wherever npm hoisted it. */
function pinnedNode() {
  for (let folder = root; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', '.bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

function isNewEnough() {
  return Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_NEEDED;
}

/** Runs `node` in our place: same arguments, same terminal, same signals, same end. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`fingerpost: cannot start ${node}: ${error.message}`);
    process.exitCode = 70;
  });
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code ?? 70;
  });
}

/** Warnings that a part of the runtime is new are for us, not for whoever runs a mail server. */
function quieten() {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning') return;
    for (const listener of listeners) listener.call(process, warning);
  });
}

/**
 * Keeps compiled code for the next start, in the home folder of the user that this process runs as,
 * whatever the environment says: from a folder of another user, we would run his code. Where that
 * cannot be, all goes on without.
 */
function rememberCode() {
  try {
    nodeModule.enableCompileCache(join(userInfo().homedir, '.cache', 'fingerpost', 'code'));
  } catch {
    // A user without a home folder.
  }
}

/** Our own files import each other by whole paths: to search, as Node does, takes long. */
function findDirectly(url) {
  const ours = new URL('..', url).href;
  const format = url.endsWith('.ts') ? 'module-typescript' : 'module';
  nodeModule.registerHooks({
    resolve(specifier, context, next) {
      const isOurs = specifier.startsWith('.') && context.parentURL?.startsWith(ours);
      if (!isOurs) return next(specifier, context);
      return { url: new URL(specifier, context.parentURL).href, format, shortCircuit: true };
    },
  });
}

function start() {
  if (isNewEnough()) {
    const url = pathToFileURL(entry()).href;
    quieten();
    rememberCode();
    findDirectly(url);
    return import(url);
  }
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `fingerpost: Node ${NODE_MAJOR_NEEDED} or newer is needed, this is ${process.versions.node}: ` +
        'install a newer one, or, on Linux, run `npm ci` in the folder of Fingerpost.',
    );
    process.exitCode = 69;
    return undefined;
  }
  return handOver(node);
}

await start();
