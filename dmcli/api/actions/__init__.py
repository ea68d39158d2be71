"""The actions of the service, a module an area: each has them as ACTIONS."""
