// The tables of the family `delegation`, in one process: most of a small file's time is its start.
import './delegation/delegation-sets.table.ts';
import './delegation/domain.table.ts';
import './delegation/records.table.ts';
import './delegation/rr-agree.table.ts';
import './delegation/server-addresses.table.ts';
import './delegation/server-answers.table.ts';
import './delegation/soa.table.ts';
