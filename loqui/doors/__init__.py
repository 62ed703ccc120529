"""Twisted protocols that put a wire on a transport."""
