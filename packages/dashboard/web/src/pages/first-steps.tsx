import { plural } from '../format';
import { useSession } from '../session';

const HANDLER = `@Injectable()
class Mailer {
  @JobHandler('send_email')
  async send({ args }: Job) { … }
}`;

const ENQUEUE = `await enqueuer.enqueue('send_email', { to: 'ada@example.com' });`;

/** Shown until a first job has been enqueued. @param pools the number of live worker pools */
export function FirstSteps({ pools }: { pools: number }) {
  const { namespace } = useSession();
  return (
    <section class="steps">
      <h2>No jobs yet</h2>
      <p>
        No job has been enqueued in the namespace <code>{namespace}</code>
        {pools > 0
          ? `, and ${plural(pools, 'worker pool is', 'worker pools are')} ready.`
          : ', and no worker pool is alive.'}
      </p>
      <ol>
        <li>
          <p>Handle a job in a provider, and start the application:</p>
          <pre tabIndex={0}>{HANDLER}</pre>
        </li>
        <li>
          <p>Enqueue a job:</p>
          <pre tabIndex={0}>{ENQUEUE}</pre>
        </li>
        <li>
          <p>
            Its queue appears here. If it does not, compare the namespace and the Redis of the
            application with those of this dashboard.
          </p>
        </li>
      </ol>
    </section>
  );
}
