// The tables of the family `dmarc`, in one process: most of a small file's time is its start.
import './dmarc/dmarc-record.table.ts';
import './dmarc/dmarc-reports.table.ts';
