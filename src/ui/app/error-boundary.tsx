import { Component, type ReactNode } from "react";
import { Nothing } from "../parts/nothing.js";

/** What is shown instead of a page that could not be shown. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Nothing isPage title="This page could not be shown">
        <p className="mono">{error.message}</p>
        <button
          className="button"
          onClick={() => {
            window.location.reload();
          }}
        >
          Load it again
        </button>
      </Nothing>
    );
  }
}
