import { Component, type ComponentChildren } from 'preact';
import { messageOf } from '../problems';
import { Link } from '../router';
import { PageHead } from './basics';

interface BoundaryProps {
  children: ComponentChildren;
  /** Called before the page is rendered again: the data that broke it may have been read only once. */
  onRetry?: () => void;
}

interface BoundaryState {
  failed: boolean;
  thrown?: unknown;
}

/** Replaces a page that failed to render with a message. With a key per page, it resets on the next page. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: false };

  static override getDerivedStateFromError(thrown: unknown): BoundaryState {
    return { failed: true, thrown };
  }

  override componentDidCatch(thrown: unknown): void {
    console.error(thrown); // with its stack, for debugging
  }

  override componentWillUnmount(): void {
    if (this.state.failed) this.props.onRetry?.();
  }

  readonly #retry = (): void => {
    this.props.onRetry?.();
    this.setState({ failed: false });
  };

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <>
        <PageHead title="This page could not be displayed" />
        <p class="failure" role="alert">
          {messageOf(this.state.thrown)}
        </p>
        <p class="buttons">
          <button type="button" onClick={this.#retry}>
            Try again
          </button>
          <Link to={{ page: 'overview' }}>Go to the overview</Link>
        </p>
      </>
    );
  }
}
