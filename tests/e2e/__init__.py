"""Real processes on loopback: coroutines that pytest-twisted runs."""
