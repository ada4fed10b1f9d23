// The tables of the family `reputation`, in one process: most of a small file's time is its start.
import './reputation/dangling.table.ts';
import './reputation/dnsbl.table.ts';
