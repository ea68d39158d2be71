"""Where the journals of campaigns are kept."""
