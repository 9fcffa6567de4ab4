import { complaints } from './fidelity.js';

process.stdout.write(JSON.stringify(complaints()));
