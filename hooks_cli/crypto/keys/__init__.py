"""Where the data key comes from and where it is kept."""
