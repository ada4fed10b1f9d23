// A program of the closed internet: web servers that give what a table says. It is given a JSON file
// with all of them, and says `ready` when it listens.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

export interface Site {
  readonly address: string;
  readonly cert: string;
  readonly key: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const file = process.argv[2];
if (file === undefined) throw new Error('usage: scripted-web.ts FILE');
const sites = JSON.parse(readFileSync(file, 'utf8')) as readonly Site[];

await Promise.all(
  sites.map(({ address, cert, key, status, headers, body }) => {
    const server = createServer({ cert, key }, (_, response) => {
      response.writeHead(status, headers).end(body);
    });
    return new Promise<void>((resolve) => server.listen(443, address, resolve));
  }),
);
process.stdout.write('ready\n');
