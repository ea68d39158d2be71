"""What DirectMail is, written once as data: the client side and the sandbox both read it, and never each other."""
