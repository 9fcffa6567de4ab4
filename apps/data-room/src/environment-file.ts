// Imported first by main.ts: other modules read process.env while they are loaded.
import { existsSync } from 'node:fs';

if (existsSync('.env')) process.loadEnvFile('.env');
