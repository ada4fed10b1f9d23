// The tables of the family `transport`, in one process: most of a small file's time is its start.
import './transport/sts.table.ts';
import './transport/tls-rpt.table.ts';
