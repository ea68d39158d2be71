"""Publishing a domain's records: the zone is read, what is missing is planned, and a provider publishes it."""
