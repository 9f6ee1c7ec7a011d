"""Read settings from the environment and refuse nonsense, naming the variable and what is allowed."""
