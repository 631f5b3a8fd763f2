import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportFile } from './exports/report-exporter.js';
import type { Mail } from './outbox/outbox.js';
import type { Status } from './status/status.controller.js';

const PATIENCE = 60_000;
const PEOPLE = [
  { name: 'Ada', email: 'ada@example.com' },
  { name: 'Grace', email: 'grace@example.com' },
  { name: 'Zoë 😀', email: 'zoe@example.com' },
];
const ROWS = 5_000;

/** An effect that the demo must have. */
interface Check {
  readonly what: string;
  readonly seen: () => Promise<boolean>;
}

/** Exercises everything over HTTP, waits for the effects, and reports them. Returns whether all were seen. */
export async function tour(url: string): Promise<boolean> {
  const http = new Http(url);
  const missing = [...(await badInputs(http)), ...(await unseen(await requests(http)))];
  console.log(await report(http));
  for (const what of missing) console.error(`NOT SEEN: ${what}`);
  console.log(missing.length === 0 ? 'Everything expected was seen.' : 'Something is missing.');
  return missing.length === 0;
}

/** Requests work of every kind; returns the expected effects. */
async function requests(http: Http): Promise<Check[]> {
  for (const person of PEOPLE) await http.accepted('signups', person);
  const { file } = await http.accepted<{ file: string }>('exports', { rows: ROWS });
  await http.accepted('webhooks', { url: `${http.url}/flaky/tour?fail=1`, payload: { order: 1 } });
  const never = `${http.url}/flaky/never?fail=99`;
  const doomed = await http.accepted<{ jobId: string }>('webhooks', { url: never });
  return [
    ...PEOPLE.map(({ name, email }) => ({
      what: `a mail to ${email}`,
      seen: async () =>
        (await http.get<Mail[]>('outbox')).some(
          (mail) => mail.to.includes(email) && mail.subject === `Welcome, ${name}!`,
        ),
    })),
    {
      what: `an export of ${ROWS} rows`,
      seen: async () => {
        const files = await http.get<ExportFile[]>('exports');
        return files.some((one) => one.file === file) && (await rowsOf(http, file)) === ROWS;
      },
    },
    {
      what: 'a webhook that is refused once and then accepted',
      seen: async () => {
        const calls = await http.get<{ refused: number; accepted: number }>('flaky/tour');
        return calls.refused === 1 && calls.accepted === 1;
      },
    },
    {
      what: 'a webhook that is always refused among the dead, after three runs',
      seen: async () =>
        (await http.get<Status>('status')).dead.some(
          ({ id, fails, error }) => id === doomed.jobId && fails === 3 && error?.includes('503'),
        ),
    },
    {
      what: 'counts of 5 jobs done, 3 retried, 1 dead',
      seen: async () => {
        const { done, retried, dead } = (await http.get<Status>('status')).jobs;
        return done === 5 && retried === 3 && dead === 1;
      },
    },
  ];
}

/** Sends requests that must be refused; returns those that were not. */
async function badInputs(http: Http): Promise<string[]> {
  const inputs: [path: string, body: string, expected: string][] = [
    ['signups', '{"name":"Ada"}', 'email'],
    ['signups', '{"name":"Ada","email":"nobody"}', 'email'],
    ['signups', '{"name":', 'JSON'],
    ['exports', '{"rows":"many"}', 'rows'],
    ['exports', '{"rows":0}', 'rows'],
    ['webhooks', '{"url":"ftp://example.com"}', 'url'],
  ];
  const missing: string[] = [];
  for (const [path, body, expected] of inputs) {
    const { status, text } = await http.post(path, body);
    if (status === 400 && text.includes(expected)) continue;
    missing.push(`a 400 that names ${expected} for POST /${path} ${body}, but ${status} ${text}`);
  }
  return missing;
}

/** Waits for the checks; returns those that never passed. */
async function unseen(checks: readonly Check[]): Promise<string[]> {
  const deadline = performance.now() + PATIENCE;
  let open = checks;
  while (open.length > 0 && performance.now() < deadline) {
    const results = await Promise.all(open.map(({ seen }) => seen().catch(() => false)));
    open = open.filter((_check, index) => !results[index]);
    if (open.length > 0) await sleep(50);
  }
  return open.map(({ what }) => what);
}

async function report(http: Http): Promise<string> {
  const { jobs } = await http.get<Status>('status');
  const mails = await http.get<Mail[]>('outbox').catch(() => []);
  const files = await http.get<ExportFile[]>('exports');
  const rows = await Promise.all(files.map(({ file }) => rowsOf(http, file)));
  return `
Report
  jobs done            ${jobs.done}
  jobs retried         ${jobs.retried}
  jobs dead            ${jobs.dead}
  mails in the outbox  ${mails.length}
  rows exported        ${rows.reduce((sum, count) => sum + count, 0)}
`;
}

async function rowsOf(http: Http, file: string): Promise<number> {
  const csv = await http.text(`exports/${file}`);
  return csv.trimEnd().split('\n').length - 1; // the first line names the columns
}

/** The demo's own client. */
class Http {
  constructor(readonly url: string) {}

  async post(path: string, body: string): Promise<{ status: number; text: string }> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.url}/${path}`, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  }

  /** Posts a request that must be accepted. */
  async accepted<Body>(path: string, body: object): Promise<Body> {
    const { status, text } = await this.post(path, JSON.stringify(body));
    if (status !== 202) throw new Error(`POST /${path} was answered ${status} ${text}`);
    return JSON.parse(text) as Body;
  }

  async get<Body>(path: string): Promise<Body> {
    return JSON.parse(await this.text(path)) as Body;
  }

  async text(path: string): Promise<string> {
    const response = await fetch(`${this.url}/${path}`);
    if (!response.ok) throw new Error(`GET /${path} was answered ${response.status}`);
    return response.text();
  }
}
