"""What stands before every action: the request read, signature and parameters checked, the reply written and logged."""
