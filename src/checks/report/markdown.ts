// Reports as Markdown, for a comment in a review or a ticket. Foreign text is made safe and cannot
// become markup.
import { showOctets, showOwn } from '../../base/show.ts';
import { printDuration, printInstant } from '../../base/time.ts';
import { hostText } from '../../dns/name.ts';
import { type Report, type ToldFinding, troublesIn } from '../report.ts';
import type { Form } from './form.ts';

export const markdownForm: Form = {
  begin: () => '',
  one: ({ report }) => reportText(report),
  end: () => '',
};

function reportText(report: Report): string {
  const { about } = report.observation;
  const [domain, self] = [about.domain, about.self.hostname].map((name) => quiet(hostText(name)));
  const head = `## ${domain}\n\nSeen ${printInstant(about.now)} from ${self}.\n`;
  const troubles = troublesIn(report).map(
    (text) => `\n> **This report is not to be relied on:** ${quiet(text)}\n`,
  );
  const lists = [
    listText('Mail is being lost now', report.lost),
    listText('Will break', report.willBreak),
    listText('Could be better', report.better),
    unknownText(report.unknown),
  ];
  const { passed, unknown } = report;
  const counts = `\n${passed.length} as it should be, ${unknown.length} not testable.\n`;
  return [head, ...troubles, ...lists, counts, '\n'].join('');
}

function listText(title: string, found: readonly ToldFinding[]): string {
  if (found.length === 0) return '';
  const entries = found.map(({ rule, severity, subject, verdict }) => {
    const date =
      verdict.breaksAt === undefined ? '' : `, ${printInstant(verdict.breaksAt).slice(0, 10)}`;
    const shows =
      verdict.shows === undefined ? '' : ` (seen everywhere after ${printDuration(verdict.shows)})`;
    const mend = verdict.mend
      ? `\n${fenced(verdict.mend.text)}${shows && `\n  ${shows.trim()}`}`
      : '';
    const says = quiet(verdict.says);
    return `- **${rule.id}** (${severity}${date}) ${quiet(subject)}: ${says}${mend}`;
  });
  return `\n### ${title}\n\n${entries.join('\n')}\n`;
}

function unknownText(unknown: Report['unknown']): string {
  if (unknown.length === 0) return '';
  const entries = unknown.map(({ rule, subject, verdict: { because, reply } }) => {
    const quoted = reply === undefined ? '' : `: ${quiet(reply)}`;
    return `- ${rule.id} ${quiet(subject)}: ${quiet(because)}${quoted}`;
  });
  return `\n### Could not be tested\n\n${entries.join('\n')}\n`;
}

/** Four backticks: nothing in a record can end the block before it does. */
const fenced = (text: string): string =>
  ['', '````', ...text.split('\n').map((line) => showOwn(line).replaceAll('````', "''''")), '````']
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');

/** What becomes a link, or calls somebody, even where it is escaped. */
const LIVELY = /[@#]|:\/\/|^www\./i;

/** Words that could be more than words are code, in all others what means something is escaped. */
const quiet = (text: string): string =>
  showOctets(text)
    .split(' ')
    .map((word) => (LIVELY.test(word) ? coded(word) : escaped(word)))
    .join(' ');

const escaped = (word: string): string =>
  word.replace(/[\\`*_{}[\]<>()+!|~&]/g, (character) => `\\${character}`);

/** A bar ends the cell of a table even in code, and a backtick ends the code. */
const coded = (word: string): string => `\`${word.replace(/[`|]/g, "'")}\``;
