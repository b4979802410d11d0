/** The whole message of what a function throws, or undefined where it throws nothing: for tests of exact messages. */
export function messageOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
