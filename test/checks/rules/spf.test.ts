// The tables of the family `spf`, in one process: most of a small file's time is its start.
import './spf/identity.table.ts';
import './spf/limits.table.ts';
import './spf/policy.table.ts';
import './spf/published.table.ts';
import './spf/servers.table.ts';
import './spf/syntax.table.ts';
