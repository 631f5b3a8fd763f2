/** Returns commands to try, ready to paste into a shell. */
export function banner(url: string): string {
  const post = (path: string, body: object): string =>
    `  curl -X POST ${url}/${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return `
Nestcraft Work demo listens on ${url}

Watch the jobs of a sample shop, and repair them: ${url}/work

Send a mail from a background job, and read it:
${post('signups', { email: 'ada@example.com', name: 'Ada' })}
  curl ${url}/outbox

Write a report that takes a while, watch its check-ins, and list it:
${post('exports', { rows: 100_000 })}
  curl ${url}/status
  curl ${url}/exports

Call a webhook that fails twice and then works, and one that never does and ends among the dead:
${post('webhooks', { url: `${url}/flaky/orders?fail=2`, payload: { order: 1 } })}
${post('webhooks', { url: `${url}/flaky/never?fail=99`, payload: { order: 1 } })}
  curl ${url}/status

Ctrl-C ends it: running jobs finish first.
`;
}
