"""What Loqui promises, as tests: run them with C{trial tests} or C{pytest}."""
