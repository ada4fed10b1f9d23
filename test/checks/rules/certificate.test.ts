// The tables of the family `certificate`, in one process: most of a small file's time is its start.
import './certificate/certificate.table.ts';
import './certificate/hosts.table.ts';
import './certificate/read.table.ts';
