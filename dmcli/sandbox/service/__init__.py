"""What the service does behind its actions: a call's context, delivery, states, passwords, uploads."""
