"""What holds for the suite itself."""
