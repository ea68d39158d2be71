"""The sandbox over HTTP and TLS."""
