"""What a user can run to check the figures in the README: C{python -m benchmarks}."""

__all__: list[str] = []
