"""How many small faults in the scoring, the colours and the ranking the engine's tests notice."""
