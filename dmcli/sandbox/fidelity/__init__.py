"""How true the sandbox is: what is copied from the service's documents, guessed, missing."""
