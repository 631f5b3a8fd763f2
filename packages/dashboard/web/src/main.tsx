import { QueryClient, QueryClientProvider } from '@tanstack/preact-query';
import { render } from 'preact';
import { Route, Router, Switch } from 'wouter-preact';
import { useHashLocation } from 'wouter-preact/use-hash-location';
import type { SetName } from './api';
import { Frame } from './frame';
import { LiveProvider } from './live';
import { HealthPage } from './pages/health';
import { JobPage } from './pages/job';
import { JobsPage } from './pages/jobs';
import { MetricsPage } from './pages/metrics';
import { Overview } from './pages/overview';
import { PeriodicPage } from './pages/periodic';
import { QueuePage } from './pages/queue';
import { QueuesPage } from './pages/queues';
import { SearchPage } from './pages/search';
import { WorkersPage } from './pages/workers';
import { ConfirmProvider } from './parts/confirm';
import { Empty } from './parts/basics';

const client = new QueryClient({ defaultOptions: { queries: { retry: 1 } } });

function App() {
  return (
    <QueryClientProvider client={client}>
      <LiveProvider>
        <ConfirmProvider>
          <Router hook={useHashLocation}>
            <Frame>
              <Switch>
                <Route path="/" component={Overview} />
                <Route path="/queues" component={QueuesPage} />
                <Route path="/queues/:name">
                  {({ name }) => <QueuePage name={decodeURIComponent(name)} />}
                </Route>
                <Route path="/workers" component={WorkersPage} />
                <Route path="/periodic" component={PeriodicPage} />
                <Route path="/metrics" component={MetricsPage} />
                <Route path="/search" component={SearchPage} />
                <Route path="/health" component={HealthPage} />
                <Route path="/jobs/:set/of/:name">
                  {({ set, name }) => (
                    <JobsPage
                      key={`${set} ${name}`}
                      set={set as SetName}
                      name={decodeURIComponent(name)}
                    />
                  )}
                </Route>
                <Route path="/jobs/:set/:at/:id">
                  {({ set, at, id }) => (
                    <JobPage set={set as SetName} at={Number(at)} id={decodeURIComponent(id)} />
                  )}
                </Route>
                <Route path="/jobs/:set">
                  {({ set }) => <JobsPage key={set} set={set as SetName} />}
                </Route>
                <Route>
                  <h1>Not found</h1>
                  <Empty>There is no such page. The list on the left has them all.</Empty>
                </Route>
              </Switch>
            </Frame>
          </Router>
        </ConfirmProvider>
      </LiveProvider>
    </QueryClientProvider>
  );
}

const place = document.getElementById('app');
if (place) render(<App />, place);
