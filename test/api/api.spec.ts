import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { apiReports } from './api-report.mjs';

const FOLDER = fileURLToPath(new URL('reports', import.meta.url));
const EXPORTED = /^export (?:declare )?(?:class|interface|type|function|const) (\w+)/gm;

const current = apiReports();

describe('the public API', () => {
  it('has the entry points that have a report', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(current).sort());
  });

  // If a change is meant, `npm run api` rewrites the reports; the CHANGELOG then tells users of it.
  it.each(Object.keys(current))('equals %s', (file) => {
    expect(current[file]).toBe(readFileSync(join(FOLDER, file), 'utf8'));
  });

  it('of the Nest package has all of the engine', () => {
    const [ofEngine = ''] = current['engine.api.md']?.split('\n## ') ?? [];
    const names = [...ofEngine.matchAll(EXPORTED)].map(([, name = '']) => name);
    expect(names).toContain('Enqueuer');
    const missing = names.filter(
      (name) => !current['work.api.md']?.includes(`- \`${name}\` of @nestcraft/engine`),
    );
    expect(missing).toEqual([]);
  });
});
