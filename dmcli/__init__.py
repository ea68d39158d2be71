"""dm: administer Alibaba Cloud DirectMail from a terminal."""

__version__ = "0.1.0"
