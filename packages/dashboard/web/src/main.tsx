import { QueryClient, QueryClientProvider } from '@tanstack/preact-query';
import { render } from 'preact';
import { Route, Router, Switch } from 'wouter-preact';
import { useHashLocation } from 'wouter-preact/use-hash-location';
import { Frame } from './frame';
import { LiveProvider } from './live';
import { HealthPage } from './pages/health';
import { JobPage, WaitingJobPage } from './pages/job';
import { JobsPage } from './pages/jobs';
import { MetricsPage } from './pages/metrics';
import { Overview } from './pages/overview';
import { PeriodicPage } from './pages/periodic';
import { QueuePage } from './pages/queue';
import { QueuesPage } from './pages/queues';
import { RunningPage } from './pages/running';
import { RunningJobPage } from './pages/running-job';
import { SearchPage } from './pages/search';
import { WorkersPage } from './pages/workers';
import { ConfirmProvider } from './parts/confirm';
import { Empty, PageHead } from './parts/basics';
import { PreferencesProvider } from './preferences';
import { isSet } from './words';

const client = new QueryClient({ defaultOptions: { queries: { retry: 1 } } });

function App() {
  return (
    <QueryClientProvider client={client}>
      <PreferencesProvider>
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
                  <Route path="/queues/:name/:position/:id">
                    {({ name, position, id }) => (
                      <WaitingJobPage
                        name={decodeURIComponent(name)}
                        position={Number(position)}
                        id={decodeURIComponent(id)}
                      />
                    )}
                  </Route>
                  <Route path="/running" component={RunningPage} />
                  <Route path="/running/:worker">
                    {({ worker }) => <RunningJobPage workerId={decodeURIComponent(worker)} />}
                  </Route>
                  <Route path="/workers" component={WorkersPage} />
                  <Route path="/periodic" component={PeriodicPage} />
                  <Route path="/metrics" component={MetricsPage} />
                  <Route path="/search">
                    <SearchPage />
                  </Route>
                  <Route path="/search/:query">
                    {({ query }) => <SearchPage query={decodeURIComponent(query)} />}
                  </Route>
                  <Route path="/health" component={HealthPage} />
                  <Route path="/jobs/:set/of/:name">
                    {({ set, name }) =>
                      isSet(set) ? (
                        <JobsPage
                          key={`${set} ${name}`}
                          set={set}
                          name={decodeURIComponent(name)}
                        />
                      ) : (
                        <NotFound />
                      )
                    }
                  </Route>
                  <Route path="/jobs/:set/:at/:id">
                    {({ set, at, id }) =>
                      isSet(set) ? (
                        <JobPage set={set} at={Number(at)} id={decodeURIComponent(id)} />
                      ) : (
                        <NotFound />
                      )
                    }
                  </Route>
                  <Route path="/jobs/:set">
                    {({ set }) => (isSet(set) ? <JobsPage key={set} set={set} /> : <NotFound />)}
                  </Route>
                  <Route component={NotFound} />
                </Switch>
              </Frame>
            </Router>
          </ConfirmProvider>
        </LiveProvider>
      </PreferencesProvider>
    </QueryClientProvider>
  );
}

function NotFound() {
  return (
    <>
      <PageHead title="Not found" />
      <Empty>There is no such page. The list of pages has them all.</Empty>
    </>
  );
}

const place = document.getElementById('app');
if (place) render(<App />, place);
