// Writes the reports that api.spec.ts compares: `npm run api`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { apiReports } from './api-report.mjs';

const FOLDER = new URL('reports/', import.meta.url);

const reports = Object.entries(apiReports());
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER);
for (const [file, text] of reports) await writeFile(new URL(file, FOLDER), text);
