"""What the service does behind its actions: a call's context, what is mailed, delivery, states, passwords, uploads."""
