// The manual's page of a rule, made from the rule itself, so that the two cannot differ.
import type { Rule } from '../rule.ts';
import type { Severity } from '../verdict.ts';

const MEANS: Readonly<Record<Severity, string>> = {
  critical: 'mail is lost now',
  error: 'some mail is lost, or all will be when one thing more fails',
  warning: 'works, and will not always',
  notice: 'works, and could be better',
  info: 'worth knowing',
};

/** Markdown, the file's whole text. */
export function pageOf(rule: Rule): string {
  const consent =
    rule.needs === 'recipients'
      ? '\nIt asks mail hosts for recipients, and so runs for domains of this server, or with ' +
        '`--probe-recipients`.\n'
      : '';
  return `# ${rule.id}

**${rule.title}.** Usual severity: ${rule.severity} (${MEANS[rule.severity]}).
${consent}
## Why it matters

${rule.why}

## Wrong

${fenced(rule.wrong)}

## Right

${fenced(rule.right)}

## What to do

${rule.remedy}

## Sources

${rule.sources.map((source) => `- ${source}`).join('\n')}
`;
}

const fenced = (text: string): string => `\`\`\`\n${text}\n\`\`\``;

/** The index of all pages. */
export function indexOf(rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ id, title, severity }) => `| [${id}](${id.toLowerCase()}.md) | ${title} | ${severity} |`,
  );
  return `# Rules

What \`fingerpost check\` looks at: one page a rule, made from the source
by \`npm run check-pages\`.

| rule | it passes when | usual severity |
| --- | --- | --- |
${rows.join('\n')}
`;
}
