// The tables of the family `dane`, in one process: most of a small file's time is its start.
import './dane/dane.table.ts';
import './dane/dnssec.table.ts';
import './dane/tlsa-match.table.ts';
