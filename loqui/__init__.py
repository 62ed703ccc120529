"""Loqui: a chat server that one command starts and anybody can join."""

__all__ = ["__version__"]

__version__ = "0.1.0"
