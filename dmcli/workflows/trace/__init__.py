"""All that the service knows of an address, as one time line, with the likely reason and the remedy."""
