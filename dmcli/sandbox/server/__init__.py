"""The sandbox over HTTP and TLS, and its DNS authority over UDP and TCP."""
