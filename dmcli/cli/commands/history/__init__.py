"""`dm stats sync` and `dm stats history`: statistics kept on this machine."""
