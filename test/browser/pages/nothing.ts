/** A page of nothing: for tests that bring their own. */
export {};
