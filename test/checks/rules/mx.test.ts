// The tables of the family `mx`, in one process: most of a small file's time is its start.
import './mx/answers.table.ts';
import './mx/null-mx.table.ts';
import './mx/odd-but-right.table.ts';
import './mx/several.table.ts';
import './mx/target-cname.table.ts';
import './mx/targets.table.ts';
import './mx/without-mx.table.ts';
