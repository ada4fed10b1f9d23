// The tables of the family `smtp`, in one process: most of a small file's time is its start.
import './smtp/answer.table.ts';
import './smtp/backups.table.ts';
import './smtp/connect.table.ts';
import './smtp/greetings.table.ts';
import './smtp/published.table.ts';
import './smtp/recipients.table.ts';
import './smtp/tls.table.ts';
