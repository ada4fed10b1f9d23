// Writes the manual's pages about rules, `docs/checks/*.md`, from the rules themselves, and removes
// pages of rules that are gone. A test compares them, so they are written before a commit.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { indexOf, pageOf } from '../src/checks/report/page.ts';
import { RULES } from '../src/checks/rules/all.ts';

const FOLDER = fileURLToPath(new URL('../docs/checks', import.meta.url));

mkdirSync(FOLDER, { recursive: true });
const pages = new Map(RULES.map((rule) => [`${rule.id.toLowerCase()}.md`, pageOf(rule)]));
pages.set('README.md', indexOf(RULES));
for (const [file, text] of pages) writeFileSync(join(FOLDER, file), text);
for (const file of readdirSync(FOLDER)) if (!pages.has(file)) rmSync(join(FOLDER, file));
console.log(`${pages.size} pages in docs/checks`);
