import { QueryClient, QueryClientProvider } from '@tanstack/preact-query';
import { render } from 'preact';
import { Frame } from './frame';
import { LiveProvider } from './live';
import { CurrentPage } from './pages/current-page';
import { Boundary } from './parts/boundary';
import { ConfirmProvider } from './parts/confirm';
import { PreferencesProvider } from './preferences';
import { isPassing } from './problems';
import { RouteProvider } from './router';

const client = new QueryClient({
  defaultOptions: { queries: { retry: (failures, error) => failures < 1 && isPassing(error) } },
});

function App() {
  return (
    <RouteProvider>
      <Boundary>
        <QueryClientProvider client={client}>
          <PreferencesProvider>
            <LiveProvider>
              <ConfirmProvider>
                <Frame>
                  <CurrentPage />
                </Frame>
              </ConfirmProvider>
            </LiveProvider>
          </PreferencesProvider>
        </QueryClientProvider>
      </Boundary>
    </RouteProvider>
  );
}

// Browsers would restore the scroll position before the content exists.
history.scrollRestoration = 'manual';

const place = document.getElementById('app');
if (place) render(<App />, place);
