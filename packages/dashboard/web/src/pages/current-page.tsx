import { useQueryClient } from '@tanstack/preact-query';
import { Empty, PageHead } from '../parts/basics';
import { Boundary } from '../parts/boundary';
import { Link, useRoute } from '../router';
import { identityOf, type Route } from '../routes';
import { AlertsPage } from './alerts';
import { HealthPage } from './health';
import { JobPage, WaitingJobPage } from './job';
import { JobsPage } from './jobs';
import { MetricsPage } from './metrics';
import { Overview } from './overview';
import { PeriodicPage } from './periodic';
import { QueuePage } from './queue';
import { QueuesPage } from './queues';
import { RunningPage } from './running';
import { RunningJobPage } from './running-job';
import { SearchPage } from './search';
import { PoolsPage } from './pools';

/** Shows the page that the address names. State of one page, or of one job, is discarded with the next. */
export function CurrentPage() {
  const route = useRoute();
  const queries = useQueryClient();
  return (
    <Boundary
      key={route ? identityOf(route) : ''}
      onRetry={() => queries.removeQueries({ type: 'inactive' })}
    >
      {route ? <Page route={route} /> : <NotFound />}
    </Boundary>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'overview':
      return <Overview />;
    case 'queues':
      return <QueuesPage route={route} />;
    case 'queue':
      return <QueuePage route={route} />;
    case 'waitingJob':
      return <WaitingJobPage route={route} />;
    case 'running':
      return <RunningPage route={route} />;
    case 'runningJob':
      return <RunningJobPage workerId={route.worker} />;
    case 'pools':
      return <PoolsPage route={route} />;
    case 'jobs':
      return <JobsPage route={route} />;
    case 'job':
      return <JobPage route={route} />;
    case 'periodic':
      return <PeriodicPage route={route} />;
    case 'metrics':
      return <MetricsPage route={route} />;
    case 'search':
      return <SearchPage route={route} />;
    case 'alerts':
      return <AlertsPage />;
    case 'health':
      return <HealthPage />;
  }
}

function NotFound() {
  return (
    <>
      <PageHead title="Page not found" />
      <Empty>
        This address does not exist. <Link to={{ page: 'overview' }}>Go to the overview</Link>
      </Empty>
    </>
  );
}
